//! Whatever is done to a good response: it does not panic, and nobody else comes in.

use crate::idp::{Encryption, encrypt, expected, response, sign};
use proptest::prelude::*;
use std::sync::LazyLock;

static GOOD: LazyLock<[String; 3]> = LazyLock::new(|| {
    let assertion = sign(&response(), "_assertion");
    let both = sign(&assertion, "_response");
    [encrypt(&assertion, Encryption::default()), assertion, both]
});

/// Parts that mean something.
const PIECES: [&str; 24] = [
    "<",
    ">",
    "/>",
    "</",
    "\"",
    "'",
    "&",
    "&#10;",
    "<!--",
    "-->",
    "<?x?>",
    "<![CDATA[",
    "]]>",
    "xmlns=\"\"",
    "xmlns:saml=\"urn:x\"",
    "<saml:Assertion ",
    "</saml:Assertion>",
    "<ds:Signature ",
    " ID=\"_assertion\"",
    "mallory@example.test",
    "\u{feff}",
    "\r\n",
    "",
    "\u{0}",
];

#[derive(Debug, Clone)]
enum Mutation {
    Byte(prop::sample::Index, u8),
    Insert(prop::sample::Index, usize),
    Remove(prop::sample::Index, usize),
    Copy(prop::sample::Index, prop::sample::Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        (index(), 0..PIECES.len()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (index(), 1..200usize).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (index(), index(), 1..2000usize).prop_map(|(from, to, length)| Mutation::Copy(from, to, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.is_empty() {
        return;
    }
    match mutation {
        Mutation::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Mutation::Insert(at, piece) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, PIECES[*piece].bytes());
        }
        Mutation::Remove(at, length) => {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.drain(at..end);
        }
        Mutation::Copy(from, to, length) => {
            let from = from.index(bytes.len());
            let part = bytes[from..(from + length).min(bytes.len())].to_vec();
            let to = to.index(bytes.len());
            bytes.splice(to..to, part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn t11_a_changed_response_says_the_same_or_nothing(
        which in 0..3usize,
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let mut bytes = GOOD[which].clone().into_bytes();
        for mutation in &mutations {
            apply(&mut bytes, mutation);
        }
        if let Ok(verified) = saml::verify(&bytes, &expected()) {
            // What is not signed may change: the envelope of a signed assertion, white space in a base64 value.
            prop_assert_eq!(verified.name_id.value, "ada@example.test");
            prop_assert_eq!(verified.assertion_id, "_assertion");
            prop_assert_eq!(verified.attributes.len(), 2);
            prop_assert_eq!(&verified.attributes[1].values, &["engineers", "R&D"]);
        }
    }

    #[test]
    fn t16_no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let _ = saml::verify(&bytes, &expected());
        let _ = saml::verify(text.as_bytes(), &expected());
        let _ = saml::from_form(&text);
        let _ = saml::from_redirect(&text);
        let _ = saml::IdentityProvider::parse(&bytes);
        let _ = saml::Certificate::parse(&text);
        let _ = saml::PrivateKey::from_pem(&text);
    }

    #[test]
    fn t16_no_der_makes_it_panic(mutations in prop::collection::vec(mutation(), 1..4)) {
        use base64::Engine as _;
        let mut der = crate::idp::unpem(&crate::idp::KEY.certificate.to_pem());
        for mutation in &mutations {
            apply(&mut der, mutation);
        }
        let _ = saml::Certificate::parse(&base64::engine::general_purpose::STANDARD.encode(&der));
    }
}
