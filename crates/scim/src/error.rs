//! What is wrong with a request (RFC 7644, section 3.12).

/// What is wrong, and the word that the standard has for its kind. The detail quotes the request, so whoever shows it to people
/// escapes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    /// Its kind.
    pub kind: ErrorKind,
    /// One sentence for the directory's log.
    pub detail: String,
}

/// The words of table 9 that a request can earn before anything is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The filter is not one, or compares what cannot be compared so.
    InvalidFilter,
    /// The path of a PATCH is not one.
    InvalidPath,
    /// The request is not shaped as it has to be.
    InvalidSyntax,
    /// A value is missing, or is not of its attribute's type.
    InvalidValue,
    /// The attribute cannot be changed, or not be taken away.
    Mutability,
    /// The path of a PATCH leads to nothing that could be changed.
    NoTarget,
}

impl ErrorKind {
    /// Its `scimType`.
    pub fn scim_type(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidPath => "invalidPath",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
            Self::NoTarget => "noTarget",
        }
    }

    pub(crate) fn because(self, detail: impl Into<String>) -> Error {
        Error { kind: self, detail: detail.into() }
    }
}

/// At most so many characters of what was sent are quoted.
const QUOTED: usize = 100;

/// The beginning of a text, for a message.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
