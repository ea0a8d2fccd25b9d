//! Documents: scanned, parsed once, and read strictly.

mod canonical;
mod children;
mod escape;
mod malformed;
mod scan;

pub use canonical::canonicalize;
pub(crate) use children::{Children, attribute, is, required_attribute, text, time_attribute, trimmed};
pub(crate) use escape::escaped;
pub use malformed::Malformed;
pub(crate) use scan::Bounds;

use roxmltree::{Document, ParsingOptions};

/// The text of a document: UTF-8, without a byte order mark, and no longer than it may be.
///
/// # Errors
/// If it is longer, or no UTF-8.
pub(crate) fn decode<'a>(bytes: &'a [u8], bounds: &Bounds) -> Result<&'a str, Malformed> {
    if bytes.len() > bounds.bytes {
        return Err(Malformed::Large { bytes: bytes.len(), most: bounds.bytes });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotUtf8)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The document, parsed. There is one parser, and what was verified in its tree is read from its tree (threat T-12).
///
/// # Errors
/// If the document is too much, has what it should not have, or is no XML.
pub(crate) fn parse<'a>(text: &'a str, bounds: &Bounds) -> Result<Document<'a>, Malformed> {
    if text.len() > bounds.bytes {
        return Err(Malformed::Large { bytes: text.len(), most: bounds.bytes });
    }
    scan::scan(text, bounds)?;
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| Malformed::NotWellFormed(error.to_string()))
}

/// As much of a text as an error should repeat.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
