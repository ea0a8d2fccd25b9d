//! More claims about whoever has logged in (OpenID Connect Core, section 5.3).

use crate::id_token::{Expected, IdToken};
use crate::issuer;
use crate::jws;
use crate::key_set::KeySet;
use crate::object::{self, Object, Unreadable, present};
use crate::seen::Seen;
use crate::subject;
use serde_json::Value;

/// How long an answer may be, in bytes.
pub const LONGEST: usize = 256 * 1024;

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It answers with an error of HTTP. What it says about it stands in a header (RFC 6750, section 3).
    #[error("the provider's userinfo endpoint answers with status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// It is neither JSON nor a token.
    #[error("the userinfo cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// It is a token, and not one that the provider has signed.
    #[error("the userinfo is a token that is not taken: {0}")]
    Jws(#[from] jws::Refused),
    /// It is signed, and by or for somebody else (section 5.3.2).
    #[error("{claim} of the signed userinfo is {seen}, and not {expected}")]
    Party {
        /// `iss` or `aud`.
        claim: &'static str,
        /// What it says.
        seen: Seen,
        /// What it should say.
        expected: Seen,
    },
    /// It is about somebody else than the ID token, so none of it may be used (section 5.3.2).
    #[error("the userinfo is about {seen}, and the ID token about {expected}")]
    Subject {
        /// Whom it is about.
        seen: Seen,
        /// Who has logged in.
        expected: Seen,
    },
}

impl Refused {
    /// Whether it may be taken once the provider's keys are fetched again.
    pub fn needs_newer_keys(&self) -> bool {
        matches!(self, Self::Jws(refused) if refused.needs_newer_keys())
    }
}

/// Reads an answer: an object, or a token with one that the provider has signed.
///
/// # Errors
/// It is not about the subject of the ID token, or cannot be read.
pub fn read(
    status: u16,
    body: &[u8],
    id_token: &IdToken,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Object, Refused> {
    if !(200..300).contains(&status) {
        return Err(Refused::Status { status });
    }
    let claims = match object::read(body, LONGEST) {
        Ok(claims) => claims,
        Err(unreadable) => match token(body) {
            Some(token) => signed(token, keys, expected)?,
            None => return Err(unreadable.into()),
        },
    };
    if subject::of(&claims) == Some(id_token.subject.as_str()) {
        return Ok(claims);
    }
    Err(Refused::Subject { seen: Seen::value(claims.get("sub")), expected: Seen::text(&id_token.subject) })
}

/// The body, if it looks like a token. What the answer says it is does not matter; it is one or the other.
fn token(body: &[u8]) -> Option<&str> {
    let body = std::str::from_utf8(body).ok()?.trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (body.contains('.') && body.bytes().all(is_token)).then_some(body)
}

fn signed(token: &str, keys: &KeySet, expected: &Expected<'_>) -> Result<Object, Refused> {
    let claims = jws::verify(token, keys, expected.algorithms)?.claims;
    let party = |claim, wanted: &str| Refused::Party {
        claim,
        seen: Seen::value(claims.get(claim)),
        expected: Seen::text(wanted),
    };
    // Both are to be there. Where they are not it is still signed, and about whom the ID token is about.
    let tenant = object::text(&claims, "tid");
    let is_ours =
        |issuer: &Value| issuer.as_str().is_some_and(|seen| issuer::is_of_token(expected.issuer, seen, tenant));
    if !present(&claims, "iss").is_none_or(is_ours) {
        return Err(party("iss", expected.issuer));
    }
    let is_us = |audience: &Value| match audience {
        Value::Array(all) => all.iter().any(|one| one == expected.client_id),
        one => one == expected.client_id,
    };
    if !present(&claims, "aud").is_none_or(is_us) {
        return Err(party("aud", expected.client_id));
    }
    Ok(claims)
}

#[cfg(test)]
#[path = "userinfo_tests.rs"]
mod tests;
