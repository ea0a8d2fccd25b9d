//! ID tokens: the provider's word about who has logged in (OpenID Connect Core, sections 2 and 3.1.3.7).

use crate::algorithm::Algorithm;
use crate::hash::equal;
use crate::issuer;
use crate::jws::{self, Signed};
use crate::key_set::KeySet;
use crate::object::{self, Object, present};
use crate::seen::Seen;
use crate::subject;
use serde_json::Value;

/// How many seconds the clocks of provider and server may differ, at most.
pub const LARGEST_SKEW: u32 = 600;

/// What a token has to say to be that of this login.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// Who was asked.
    pub issuer: &'a str,
    /// Who we are to the provider.
    pub client_id: &'a str,
    /// What was sent along with the request and belongs to this login alone. With none, the token must have none: whoever began
    /// with one has to bring it.
    pub nonce: Option<&'a str>,
    /// With what this provider may sign. What its document says, or [`Algorithm::ALL`].
    pub algorithms: &'a [Algorithm],
    /// The access token that came with it, to be held against `at_hash`.
    pub access_token: Option<&'a str>,
    /// The code that it was got for, to be held against `c_hash`.
    pub code: Option<&'a str>,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// How many seconds clocks may differ. More than [`LARGEST_SKEW`] counts as that.
    pub skew: u32,
}

/// A token that was verified.
#[derive(Debug, Clone, PartialEq)]
pub struct IdToken {
    /// Who says it. With the subject it identifies a person.
    pub issuer: String,
    /// Who is meant, for this issuer: 1 to 255 bytes.
    pub subject: String,
    /// All that it says.
    pub claims: Object,
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not a token that the provider has signed.
    #[error("the ID token is not taken: {0}")]
    Jws(#[from] jws::Refused),
    /// Another has issued it.
    #[error("the issuer of the ID token is {seen}, and not {expected}")]
    Issuer {
        /// What it says.
        seen: Seen,
        /// Who was asked.
        expected: Seen,
    },
    /// It is not for us.
    #[error("the audience of the ID token is {seen}, and not {expected}")]
    Audience {
        /// What it says.
        seen: Seen,
        /// Our client id.
        expected: Seen,
    },
    /// It was got by somebody else (`azp`), or has several audiences and does not say by whom.
    #[error("the ID token was issued to {seen} (azp), and not to {expected}")]
    AuthorizedParty {
        /// What it says.
        seen: Seen,
        /// Our client id.
        expected: Seen,
    },
    /// A time is not a number.
    #[error("the ID token's {claim} is {seen}, not a time")]
    Time {
        /// Which: `exp`, `iat` or `nbf`.
        claim: &'static str,
        /// What it says.
        seen: Seen,
    },
    /// It is over.
    #[error("the ID token expired at {seen}, and it is {now} (seconds since 1970)")]
    Expired {
        /// `exp`.
        seen: i64,
        /// The time.
        now: i64,
    },
    /// It is of the future.
    #[error("the ID token's {claim} is {seen}, and it is {now} (seconds since 1970); is a clock wrong?")]
    NotYet {
        /// `iat` or `nbf`.
        claim: &'static str,
        /// What it says.
        seen: i64,
        /// The time.
        now: i64,
    },
    /// It is of another login, or of none.
    #[error("the nonce of the ID token is {}", if *missing { "missing" } else { "not that of this login" })]
    Nonce {
        /// Whether it has none.
        missing: bool,
    },
    /// It does not say whom it is about.
    #[error("the subject of the ID token is {seen}, not a text of 1 to 255 bytes")]
    Subject {
        /// What it says.
        seen: Seen,
    },
    /// It came with another access token or for another code.
    #[error("the ID token's {claim} is {seen}, and {expected} belongs to what came with it")]
    Hash {
        /// `at_hash` or `c_hash`.
        claim: &'static str,
        /// What it says.
        seen: Seen,
        /// What it should say.
        expected: Seen,
    },
}

impl Refused {
    /// Whether it may be taken once the provider's keys are fetched again.
    pub fn needs_newer_keys(&self) -> bool {
        matches!(self, Self::Jws(refused) if refused.needs_newer_keys())
    }
}

/// Verifies a token.
///
/// # Errors
/// What it says, and what was expected.
pub fn verify(token: &str, keys: &KeySet, expected: &Expected<'_>) -> Result<IdToken, Refused> {
    let Signed { algorithm, claims } = jws::verify(token, keys, expected.algorithms)?;
    let issuer = check_issuer(&claims, expected)?.to_owned();
    check_audience(&claims, expected)?;
    check_times(&claims, expected)?;
    check_nonce(&claims, expected)?;
    check_hash(&claims, "at_hash", algorithm, expected.access_token)?;
    check_hash(&claims, "c_hash", algorithm, expected.code)?;
    match subject::of(&claims).map(str::to_owned) {
        Some(subject) => Ok(IdToken { issuer, subject, claims }),
        None => Err(Refused::Subject { seen: Seen::value(claims.get("sub")) }),
    }
}

fn check_issuer<'a>(claims: &'a Object, expected: &Expected<'_>) -> Result<&'a str, Refused> {
    let tenant = object::text(claims, "tid");
    let issuer = object::text(claims, "iss").filter(|seen| issuer::is_of_token(expected.issuer, seen, tenant));
    issuer
        .ok_or_else(|| Refused::Issuer { seen: Seen::value(claims.get("iss")), expected: Seen::text(expected.issuer) })
}

/// Who it is for (`aud`) and who has got it (`azp`). Others may be meant as well, if it was we who got it.
fn check_audience(claims: &Object, expected: &Expected<'_>) -> Result<(), Refused> {
    let audience = claims.get("aud");
    let several = match audience {
        Some(Value::String(one)) if one == expected.client_id => false,
        Some(Value::Array(all))
            if all.iter().all(Value::is_string) && all.iter().any(|one| one == expected.client_id) =>
        {
            all.len() > 1
        }
        _ => {
            return Err(Refused::Audience { seen: Seen::value(audience), expected: Seen::text(expected.client_id) });
        }
    };
    match present(claims, "azp") {
        None if !several => Ok(()),
        Some(party) if party == expected.client_id => Ok(()),
        party => Err(Refused::AuthorizedParty { seen: Seen::value(party), expected: Seen::text(expected.client_id) }),
    }
}

fn check_times(claims: &Object, expected: &Expected<'_>) -> Result<(), Refused> {
    let (now, skew) = (expected.now, i64::from(expected.skew.min(LARGEST_SKEW)));
    let expires = time(claims, "exp")?.ok_or_else(|| no_time(claims, "exp"))?;
    if expires.saturating_add(skew) <= now {
        return Err(Refused::Expired { seen: expires, now });
    }
    let issued = time(claims, "iat")?.ok_or_else(|| no_time(claims, "iat"))?;
    let begins = [("iat", Some(issued)), ("nbf", time(claims, "nbf")?)];
    for (claim, seen) in begins {
        if let Some(seen) = seen.filter(|seen| *seen > now.saturating_add(skew)) {
            return Err(Refused::NotYet { claim, seen, now });
        }
    }
    Ok(())
}

/// A time in seconds since 1970, which may have a fraction (RFC 7519, section 2).
fn time(claims: &Object, claim: &'static str) -> Result<Option<i64>, Refused> {
    match present(claims, claim) {
        None => Ok(None),
        Some(Value::Number(number)) => {
            #[expect(clippy::cast_possible_truncation, reason = "what is beyond all times becomes the last of them")]
            let time = number.as_i64().or_else(|| number.as_f64().map(|time| time.floor() as i64));
            time.map(Some).ok_or_else(|| no_time(claims, claim))
        }
        Some(_) => Err(no_time(claims, claim)),
    }
}

fn no_time(claims: &Object, claim: &'static str) -> Refused {
    Refused::Time { claim, seen: Seen::value(claims.get(claim)) }
}

fn check_nonce(claims: &Object, expected: &Expected<'_>) -> Result<(), Refused> {
    // A nonce that is empty is none to be compared with, so nothing is equal to it.
    match (object::text(claims, "nonce"), expected.nonce) {
        (Some(nonce), Some(expected)) if equal(nonce, expected) => Ok(()),
        (None, None) if present(claims, "nonce").is_none() => Ok(()),
        (nonce, _) => Err(Refused::Nonce { missing: nonce.is_none() }),
    }
}

/// `at_hash` and `c_hash` (sections 3.1.3.8 and 3.3.2.11), where the token has them.
fn check_hash(claims: &Object, claim: &'static str, algorithm: Algorithm, hashed: Option<&str>) -> Result<(), Refused> {
    let (Some(seen), Some(hashed)) = (present(claims, claim), hashed) else { return Ok(()) };
    let expected = algorithm.hash().left_half(hashed);
    // Some providers pad it.
    if seen.as_str().is_some_and(|seen| equal(seen.trim_end_matches('='), &expected)) {
        return Ok(());
    }
    Err(Refused::Hash { claim, seen: Seen::value(Some(seen)), expected: Seen::text(&expected) })
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
