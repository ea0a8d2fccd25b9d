//! The flight recorders of connections: what was exchanged lately with the other side, in the words of whoever speaks with it.

mod store;

pub(crate) use store::{Connected, TABLES, all, append, forget, insert, is_to_trim, trim};

/// Stands where something was taken out.
pub(crate) const MASK: &str = "[masked]";

/// The beginning of a text, of so many bytes at most.
pub(crate) fn bounded(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes in all)", &text[..end], text.len())
}
