//! The public keys of a provider (JWKS; RFC 7517, section 5).

use crate::algorithm::Algorithm;
use crate::key::Key;
use crate::object::{self, Unreadable};
use crate::seen::Seen;
use serde_json::Value;

pub use crate::key::Skipped;

/// How long a set may be, in bytes.
pub const LONGEST: usize = 512 * 1024;
/// How many keys it may have.
pub const MOST: usize = 128;
/// How many keys are tried for one token. Each may take a millisecond, and a provider with several names the one that signed
/// (OpenID Connect Core, section 10.1).
const TRIED: usize = 4;

/// The keys of a provider that verify signatures.
#[derive(Debug, Clone)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// Why a set is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not a set.
    #[error("the provider's keys cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// It has no list of keys.
    #[error("the provider's keys cannot be read: keys is {seen}, not a list")]
    NoList {
        /// What it has in its place.
        seen: Seen,
    },
    /// It has more keys than [`MOST`].
    #[error("the provider has {seen} keys, and may have {MOST}")]
    TooMany {
        /// How many.
        seen: usize,
    },
    /// There is no key in it that could be used.
    #[error("none of the provider's {seen} keys can be used{}", first.map(|why| format!("; of the first: {why}")).unwrap_or_default())]
    NoneUsable {
        /// How many keys it has.
        seen: usize,
        /// What is wrong with the first.
        first: Option<Skipped>,
    },
}

impl KeySet {
    /// Reads a set. Keys that cannot be used are passed over (RFC 7517, section 5).
    ///
    /// # Errors
    /// It is not a set, it is too large, or no key in it can be used.
    pub fn parse(set: &[u8]) -> Result<Self, Refused> {
        let set = object::read(set, LONGEST)?;
        let listed = match set.get("keys") {
            Some(Value::Array(listed)) => listed,
            other => return Err(Refused::NoList { seen: Seen::value(other) }),
        };
        if listed.len() > MOST {
            return Err(Refused::TooMany { seen: listed.len() });
        }
        let read: Vec<_> = listed.iter().map(Key::parse).collect();
        let first = read.first().and_then(|first| first.as_ref().err().copied());
        let keys: Vec<_> = read.into_iter().filter_map(Result::ok).collect();
        if keys.is_empty() { Err(Refused::NoneUsable { seen: listed.len(), first }) } else { Ok(Self { keys }) }
    }

    /// The keys that may have made a signature: those with the id that the token names, else those without any; or all,
    /// if it names none. Of these the ones that the algorithm is for.
    pub(crate) fn candidates(&self, id: Option<&str>, algorithm: Algorithm) -> Candidates<'_> {
        let Some(id) = id else { return self.of(algorithm, |_| true) };
        if self.keys.iter().any(|key| key.id.as_deref() == Some(id)) {
            self.of(algorithm, |key| key.id.as_deref() == Some(id))
        } else {
            match self.of(algorithm, |key| key.id.is_none()) {
                Candidates::OtherType => Candidates::Unknown,
                candidates => candidates,
            }
        }
    }

    fn of(&self, algorithm: Algorithm, chosen: impl Fn(&Key) -> bool) -> Candidates<'_> {
        let fitting = self.keys.iter().filter(|key| chosen(key) && key.fits(algorithm));
        let fitting: Vec<_> = fitting.take(TRIED).collect();
        if fitting.is_empty() { Candidates::OtherType } else { Candidates::Fitting(fitting) }
    }
}

/// Who may have signed a token.
pub(crate) enum Candidates<'a> {
    /// One of these.
    Fitting(Vec<&'a Key>),
    /// Keys are known, and all are of another type.
    OtherType,
    /// No key has that id.
    Unknown,
}

#[cfg(test)]
#[path = "key_set_tests.rs"]
mod tests;
