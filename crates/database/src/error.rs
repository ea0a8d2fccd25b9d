//! What can go wrong, in the few kinds a caller can act on.

use std::error::Error as StdError;

type Cause = Box<dyn StdError + Send + Sync>;

/// A refused or failed statement or transaction.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique index refused the row. The name is `<table>_<columns>_key` or `<table>_pkey` on both engines.
    #[error("unique constraint {0}")]
    Unique(String),
    /// Another transaction got in between; the same work, tried again, may succeed.
    #[error("serialization conflict")]
    Conflict,
    /// The database cannot be reached or cannot write now: answer 503 and try later.
    #[error("database unavailable: {0}")]
    Unavailable(Cause),
    /// The same, because its disk is full.
    #[error("database unavailable: {0}")]
    NoSpace(Cause),
    /// A scan did not come to its turn, or to its end, in the time that scans have.
    #[error("too slow: {0}")]
    TooSlow(Cause),
    /// Anything else: a mistake in the program, or a constraint that is not a unique one.
    #[error("{0}")]
    Other(Cause),
}

/// This crate's results; the error is [`Error`] unless named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn other(cause: impl Into<Cause>) -> Self {
        Error::Other(cause.into())
    }

    pub(crate) fn unavailable(cause: impl Into<Cause>) -> Self {
        Error::Unavailable(cause.into())
    }

    pub(crate) fn too_slow(cause: impl Into<Cause>) -> Self {
        Error::TooSlow(cause.into())
    }

    /// The same error for another of those it concerns: a commit answers for many transactions.
    pub(crate) fn again(&self) -> Self {
        match self {
            Error::Unique(name) => Error::Unique(name.clone()),
            Error::Conflict => Error::Conflict,
            Error::Unavailable(cause) => Error::unavailable(cause.to_string()),
            Error::NoSpace(cause) => Error::NoSpace(cause.to_string().into()),
            Error::TooSlow(cause) => Error::too_slow(cause.to_string()),
            Error::Other(cause) => Error::other(cause.to_string()),
        }
    }
}

/// Whether a transaction that ended with this error should be run again.
pub trait IsConflict {
    /// True for a serialization conflict.
    fn is_conflict(&self) -> bool;
}

impl IsConflict for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Error::Conflict)
    }
}
