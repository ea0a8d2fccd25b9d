//! The answer to the request for tokens (RFC 6749, section 5; OpenID Connect Core, section 3.1.3.3).

use crate::object::{self, Object, Unreadable, present, text};
use crate::seen::Seen;
use serde_json::Value;

/// How long an answer may be, in bytes.
pub const LONGEST: usize = 256 * 1024;
/// How long a token may be, in bytes.
const LONGEST_TOKEN: usize = crate::jws::LONGEST;

/// What was got.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For the userinfo endpoint. Secret.
    pub access_token: String,
    /// For how many seconds it is good, if that is said.
    pub expires_in: Option<i64>,
    /// Who has logged in; there may be none after a refresh. Secret.
    pub id_token: Option<String>,
    /// For more tokens, later. Secret.
    pub refresh_token: Option<String>,
    /// What was granted, if that is said. RFC 6749, section 5.1: if not, what was asked for.
    pub scope: Option<String>,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The provider says no (RFC 6749, section 5.2).
    #[error("the provider's token endpoint answers {error}{}", description.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    Provider {
        /// Its error code: `invalid_client`, `invalid_grant`, ….
        error: Seen,
        /// What it says about it.
        description: Option<Seen>,
    },
    /// It answers with an error of HTTP.
    #[error("the provider's token endpoint answers with status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// The answer is not one.
    #[error("the answer of the provider's token endpoint cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// Something is missing.
    #[error("the answer of the provider's token endpoint has no {field}")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A token has characters that tokens do not have, or is too long.
    #[error("{field} in the answer of the provider's token endpoint is no token")]
    Malformed {
        /// Its name.
        field: &'static str,
    },
    /// The access token is to be used in a way that is not known.
    #[error("the provider's access token is of the type {seen}, and not Bearer")]
    TokenType {
        /// What it says.
        seen: Seen,
    },
}

/// Reads an answer. Its content type is not asked about: many are wrong, and it is JSON or it is not.
///
/// # Errors
/// The provider refuses, or there is no access token in it.
pub fn read(status: u16, body: &[u8]) -> Result<Tokens, Refused> {
    let is_success = (200..300).contains(&status);
    let answer = match object::read(body, LONGEST) {
        Ok(answer) => answer,
        Err(_) if !is_success => return Err(Refused::Status { status }),
        Err(unreadable) => return Err(unreadable.into()),
    };
    // Some say no with status 200.
    if let Some(error) = text(&answer, "error") {
        let description = text(&answer, "error_description").map(Seen::text);
        return Err(Refused::Provider { error: Seen::text(error), description });
    }
    if !is_success {
        return Err(Refused::Status { status });
    }
    if let Some(kind) = present(&answer, "token_type").filter(|kind| !is_bearer(kind)) {
        return Err(Refused::TokenType { seen: Seen::value(Some(kind)) });
    }
    Ok(Tokens {
        access_token: token(&answer, "access_token")?.ok_or(Refused::Missing { field: "access_token" })?,
        expires_in: seconds(&answer),
        id_token: token(&answer, "id_token")?,
        refresh_token: token(&answer, "refresh_token")?,
        scope: text(&answer, "scope").map(str::to_owned),
    })
}

impl Tokens {
    /// The ID token, which there is after a login.
    ///
    /// # Errors
    /// There is none.
    pub fn id_token(&self) -> Result<&str, Refused> {
        self.id_token.as_deref().ok_or(Refused::Missing { field: "id_token" })
    }
}

/// Capitals do not matter (RFC 6749, section 5.1).
fn is_bearer(kind: &Value) -> bool {
    kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
}

/// A number, or one in a text. What is not positive says nothing.
fn seconds(answer: &Object) -> Option<i64> {
    let seconds = present(answer, "expires_in")?;
    // Some write it as a text, and some with a point.
    let seconds: f64 = seconds.as_f64().or_else(|| seconds.as_str()?.parse().ok())?;
    (seconds >= 1.0).then_some(seconds as i64)
}

/// Visible ASCII and spaces (RFC 6749, appendix A.12), of which no header ends before it should.
fn token(answer: &Object, field: &'static str) -> Result<Option<String>, Refused> {
    let Some(token) = present(answer, field).filter(|token| *token != "") else { return Ok(None) };
    let token = token.as_str().filter(|token| token.len() <= LONGEST_TOKEN);
    let token = token.filter(|token| token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
    token.map(|token| Some(token.to_owned())).ok_or(Refused::Malformed { field })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn answer(status: u16, body: &Value) -> Result<Tokens, Refused> {
        read(status, body.to_string().as_bytes())
    }

    fn with(field: &str, value: Value) -> Result<Tokens, Refused> {
        let mut body = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": "i"});
        body[field] = value;
        answer(200, &body)
    }

    #[test]
    fn tokens_are_read() {
        let tokens = with("refresh_token", json!("r")).unwrap_or_else(|refused| panic!("{refused}"));
        assert_eq!((tokens.access_token.as_str(), tokens.id_token(), tokens.expires_in), ("a", Ok("i"), Some(60)));
        assert_eq!(tokens.refresh_token.as_deref(), Some("r"));
        for (said, seconds) in [
            (json!("60"), Some(60)),
            (json!(3600.0), Some(3600)),
            (json!("59.9"), Some(59)),
            (json!(0), None),
            (json!("NaN"), None),
            (json!(-1), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert!(with("expires_in", said).is_ok_and(|tokens| tokens.expires_in == seconds));
        }
        for kind in [json!("bearer"), json!("BEARER"), json!(null)] {
            assert!(with("token_type", kind).is_ok());
        }
        assert!(with("refresh_token", json!("")).is_ok_and(|tokens| tokens.refresh_token.is_none()));
        let without = with("id_token", json!(null));
        assert!(without.is_ok_and(|tokens| tokens.id_token() == Err(Refused::Missing { field: "id_token" })));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let error = json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"});
        for status in [200, 400, 401] {
            let refused = answer(status, &error).err().map(|refused| refused.to_string());
            let said =
                "the provider's token endpoint answers \"invalid_client\": \"AADSTS7000215: Invalid client secret\"";
            assert_eq!(refused.as_deref(), Some(said));
        }
        assert_eq!(read(502, b"<html>").err(), Some(Refused::Status { status: 502 }));
        assert_eq!(read(302, b"").err(), Some(Refused::Status { status: 302 }));
        assert_eq!(answer(400, &json!({"access_token": "a"})).err(), Some(Refused::Status { status: 400 }));
        assert_eq!(read(200, b"<html>").err(), Some(Refused::Unreadable(Unreadable::NotJson)));
        assert_eq!(read(200, b"access_token=a").err(), Some(Refused::Unreadable(Unreadable::NotJson)));
        for nothing in [json!(null), json!("")] {
            assert_eq!(with("access_token", nothing).err(), Some(Refused::Missing { field: "access_token" }));
        }
        for odd in [json!(7), json!("a\r\nX: y"), json!("é"), json!("a".repeat(100_000))] {
            for field in ["access_token", "id_token", "refresh_token"] {
                assert_eq!(with(field, odd.clone()).err(), Some(Refused::Malformed { field }));
            }
        }
        for kind in [json!("DPoP"), json!("mac"), json!(1)] {
            assert!(matches!(with("token_type", kind), Err(Refused::TokenType { .. })));
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(status: u16, body: Vec<u8>) {
            let _ = read(status, &body);
        }
    }
}
