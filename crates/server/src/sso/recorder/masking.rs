//! What may be kept of an answer: nothing that could be shown again to log somebody in.

use crate::recorder::{MASK, bounded};

/// Bytes that are kept of an answer.
const MOST: usize = 16 << 10;
/// Elements whose text makes an answer worth something, or says what was to stay secret.
const MASKED: [&str; 2] = ["SignatureValue", "CipherValue"];

/// What is kept of a SAML response: without signatures nobody takes it.
pub(crate) fn masked_xml(xml: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(xml).replace('\0', "\u{fffd}");
    for name in MASKED {
        text = without_text_of(&text, name);
    }
    kept(text)
}

/// Takes out what stands between the tags of an element of this name.
fn without_text_of(text: &str, name: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, from_name) = rest.split_at(at + name.len());
        masked.push_str(before);
        rest = from_name;
        let is_opening = before.rsplit('<').next().is_some_and(|tag| !tag.starts_with('/') && !tag.contains('>'));
        if let (true, Some((tag, inside))) = (is_opening, from_name.split_once('>')) {
            let end = inside.find('<').unwrap_or(inside.len());
            masked.push_str(tag);
            masked.push('>');
            masked.push_str(MASK);
            rest = &inside[end..];
        }
    }
    masked.push_str(rest);
    masked
}

/// The beginning of a text, as much as is kept.
pub(crate) fn kept(text: String) -> String {
    bounded(text, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t75_signatures_are_masked() {
        let xml = "<a><ds:SignatureValue Id=\"x\">c2Vj\ncmV0</ds:SignatureValue><SignatureValue>c2VjcmV0</SignatureValue>\
                   <x:CipherValue>c2VjcmV0</x:CipherValue><b>SignatureValue</b></a>";
        let masked = masked_xml(xml.as_bytes());
        assert!(!masked.contains("c2Vj"), "{masked}");
        assert_eq!(masked.matches(MASK).count(), 3, "{masked}");
        assert!(masked.contains("<b>SignatureValue</b>"), "{masked}");
    }

    #[test]
    fn what_is_long_is_cut() {
        assert!(masked_xml("é".repeat(MOST).as_bytes()).len() < MOST + 64);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text: String) {
            let _ = masked_xml(text.as_bytes());
        }
    }
}
