//! Text and attributes as canonical XML writes them, which is also how we write any other.

/// Writes the text of an element (Canonical XML 1.0, section 2.3, "Text Nodes").
pub(crate) fn text(text: &str, into: &mut String) {
    write(text, into, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// Writes the value of an attribute (Canonical XML 1.0, section 2.3, "Attribute Nodes").
pub(crate) fn attribute_value(value: &str, into: &mut String) {
    write(value, into, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// A text that can stand in an element as well as in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    attribute_value(text, &mut written);
    written
}

fn write(text: &str, into: &mut String, replacement: impl Fn(u8) -> Option<&'static str>) {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(replacement) = replacement(byte) {
            into.push_str(&text[written..at]);
            into.push_str(replacement);
            written = at + 1;
        }
    }
    into.push_str(&text[written..]);
}
