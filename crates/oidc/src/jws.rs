//! Signed tokens in their compact form (JWS, RFC 7515; JWT, RFC 7519; best practices, RFC 8725).
//!
//! Of the header `alg`, `kid`, `typ` and `crit` are looked at, and nothing else: what points to a key or brings one along
//! (`jku`, `x5u`, `jwk`, `x5c`) is as if it were not there (threat T-29).

use crate::algorithm::Algorithm;
use crate::key_set::{Candidates, KeySet};
use crate::object::{self, Object, Unreadable, present};
use crate::seen::Seen;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How long a token may be, in bytes. Those of people in hundreds of groups have about 20,000.
pub const LONGEST: usize = 64 * 1024;

/// Why a token is not taken, before its claims are looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is too long.
    #[error("it has {bytes} bytes, and may have {LONGEST}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It does not have three parts in base64url.
    #[error("it is not three parts in base64url with dots between them")]
    NotCompact,
    /// It is encrypted (JWE).
    #[error("it is encrypted, which is not supported; let the provider sign it only")]
    Encrypted,
    /// The header is no object of JSON.
    #[error("its header cannot be read: {0}")]
    Header(Unreadable),
    /// The algorithm is none of those that are taken.
    #[error("its algorithm is {seen}; {expected} would do")]
    Algorithm {
        /// What it says.
        seen: Seen,
        /// What is taken from this provider.
        expected: Seen,
    },
    /// It asks for extensions that have to be understood (RFC 7515, section 4.1.11). None is.
    #[error("it asks for extensions that are not known: {seen}")]
    Critical {
        /// Which.
        seen: Seen,
    },
    /// It is a token of another kind (RFC 8725, section 3.11).
    #[error("its type is {seen}, which is a token of another kind")]
    Type {
        /// What it says.
        seen: Seen,
    },
    /// No key of the provider has its id. The provider may have a new one.
    #[error("it is signed by the key {seen}, which is not among the provider's")]
    UnknownKey {
        /// The id of the key.
        seen: Seen,
    },
    /// The key is not one for the algorithm (RFC 8725, section 3.1).
    #[error("no key of the provider with the id {key} is one for {algorithm}")]
    KeyType {
        /// The id of the key, if the token says one.
        key: Seen,
        /// The algorithm.
        algorithm: &'static str,
    },
    /// None of the keys made the signature.
    #[error("its signature is not by the provider's key{}", if *named { "" } else { ", of which it names none" })]
    Signature {
        /// Whether one of the set's keys has the id that the token names.
        named: bool,
    },
    /// What is signed is no object of JSON.
    #[error("its claims cannot be read: {0}")]
    Claims(Unreadable),
}

impl Refused {
    /// Whether it may be taken once the provider's keys are fetched again, as they have changed perhaps.
    pub fn needs_newer_keys(&self) -> bool {
        matches!(self, Self::UnknownKey { .. } | Self::KeyType { .. } | Self::Signature { named: false })
    }
}

/// What a provider has signed.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) algorithm: Algorithm,
    pub(crate) claims: Object,
}

/// Verifies a token by one of the keys and one of the algorithms.
pub(crate) fn verify(token: &str, keys: &KeySet, algorithms: &[Algorithm]) -> Result<Signed, Refused> {
    if token.len() > LONGEST {
        return Err(Refused::TooLong { bytes: token.len() });
    }
    let parts = token.split('.').count();
    if parts == 5 {
        return Err(Refused::Encrypted);
    }
    let (message, signature) = token.rsplit_once('.').filter(|_| parts == 3).ok_or(Refused::NotCompact)?;
    let (header, claims) = message.split_once('.').ok_or(Refused::NotCompact)?;
    let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);

    let header = object::read(&header, LONGEST).map_err(Refused::Header)?;
    let algorithm = algorithm(&header, algorithms)?;
    check_extensions(&header)?;
    check_type(&header)?;

    let id = object::text(&header, "kid");
    let candidates = match keys.candidates(id, algorithm) {
        Candidates::Fitting(keys) => keys,
        Candidates::OtherType => {
            return Err(Refused::KeyType { key: Seen::optional(id), algorithm: algorithm.as_str() });
        }
        Candidates::Unknown => return Err(Refused::UnknownKey { seen: Seen::optional(id) }),
    };
    if !candidates.iter().any(|key| key.verify(algorithm, message.as_bytes(), &signature)) {
        let named = id.is_some() && candidates.iter().all(|key| key.id.is_some());
        return Err(Refused::Signature { named });
    }
    let claims = object::read(&claims, LONGEST).map_err(Refused::Claims)?;
    Ok(Signed { algorithm, claims })
}

/// Base64url without padding, of which each sequence of bytes has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::NotCompact)
}

fn algorithm(header: &Object, algorithms: &[Algorithm]) -> Result<Algorithm, Refused> {
    let named = header.get("alg");
    let algorithm = named.and_then(Value::as_str).and_then(Algorithm::parse);
    algorithm.filter(|algorithm| algorithms.contains(algorithm)).ok_or_else(|| Refused::Algorithm {
        seen: Seen::value(named),
        expected: Seen::list(algorithms.iter().map(|algorithm| algorithm.as_str())),
    })
}

fn check_extensions(header: &Object) -> Result<(), Refused> {
    match header.get("crit") {
        None => Ok(()),
        extensions => Err(Refused::Critical { seen: Seen::value(extensions) }),
    }
}

/// Tokens that say what they are for say so with `+jwt` at the end (`at+jwt`, `logout+jwt`). ID tokens have no such word;
/// they say `JWT` or nothing, and some providers say what they like.
fn check_type(header: &Object) -> Result<(), Refused> {
    let kind = present(header, "typ").and_then(Value::as_str).unwrap_or_default();
    if kind.to_ascii_lowercase().ends_with("+jwt") {
        return Err(Refused::Type { seen: Seen::text(kind) });
    }
    Ok(())
}
