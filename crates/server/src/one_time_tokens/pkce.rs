//! PKCE (RFC 7636): a token that was requested with a challenge works only in the browser that holds the verifier. It
//! is what keeps a mail scanner that opens links, scripts and all, from ever logging in (threat T-30).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::keys::equal;
use foundation::random;
use foundation::text;
use schemars::JsonSchema;

/// Bytes of a hash.
const HASH: usize = 32;

text! {
    /// The secret whose hash the challenge is (RFC 7636, section 4.1).
    pub(crate) Verifier: Word { length: 43..=128, marks: "-._~" };
}

/// The SHA-256 of the code verifier, in base64url (RFC 7636, section 4.2).
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) struct Challenge(
    #[schemars(extend("pattern" = format!("^[A-Za-z0-9_-]{{{}}}=*$", (HASH * 4).div_ceil(3))))] String,
);

/// What can be wrong with a challenge.
pub(crate) const CHALLENGE: &[ApiError] = &[ApiError::InvalidPkceCodeChallenge, ApiError::PkceRequired];

/// Checks a challenge (S256).
fn check_challenge(challenge: Option<String>) -> Result<Option<String>> {
    let Some(challenge) = challenge.filter(|text| !text.is_empty()) else { return Ok(None) };
    let is_hash = URL_SAFE_NO_PAD.decode(challenge.trim_end_matches('=')).is_ok_and(|hash| hash.len() == HASH);
    if is_hash {
        Ok(Some(challenge.trim_end_matches('=').to_owned()))
    } else {
        Err(ApiError::InvalidPkceCodeChallenge.into())
    }
}

/// The challenge of what is asked for. A browser must give one where the project requires it.
///
/// # Errors
/// `invalid_pkce_code_challenge`, `pkce_required`.
pub(crate) fn challenge(cx: &Cx, given: Option<String>, is_required: bool) -> Result<Option<String>> {
    let challenge = check_challenge(given)?;
    let is_missing = cx.is_browser() && is_required && challenge.is_none();
    if is_missing { Err(ApiError::PkceRequired.into()) } else { Ok(challenge) }
}

/// A new verifier.
pub(crate) fn new_verifier() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::bytes::<HASH>()?))
}

/// The challenge of a verifier.
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Checks a verifier against the challenge a link was requested with. The browser SDK also sends a verifier it has
/// left over where there was no challenge; `tolerate` lets that pass.
pub(crate) fn verify(challenge: Option<&str>, verifier: Option<&str>, tolerate: bool) -> Result<()> {
    match (challenge, verifier.filter(|text| !text.is_empty())) {
        (None, None) => Ok(()),
        (None, Some(_)) if tolerate => Ok(()),
        (None, Some(_)) => Err(ApiError::PkceDidNotExpectCodeVerifier.into()),
        (Some(_), None) => Err(ApiError::PkceExpectedCodeVerifier.into()),
        (Some(challenge), Some(verifier)) => {
            if !Verifier::fits(verifier) {
                return Err(ApiError::InvalidPkceCodeVerifier.into());
            }
            let hash = challenge_of(verifier);
            if equal(hash.as_bytes(), challenge.as_bytes()) { Ok(()) } else { Err(ApiError::PkceMismatch.into()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::error::Error;

    // The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn error(result: Result<()>) -> Option<ApiError> {
        match result {
            Ok(()) => None,
            Err(Error::Api(error, _)) => Some(error),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_verifier_opens_its_challenge_only() {
        assert_eq!(error(verify(Some(CHALLENGE), Some(VERIFIER), false)), None);
        assert_eq!(
            error(verify(Some(CHALLENGE), Some(&VERIFIER.replace('d', "e")), false)),
            Some(ApiError::PkceMismatch)
        );
        assert_eq!(error(verify(Some(CHALLENGE), None, true)), Some(ApiError::PkceExpectedCodeVerifier));
        assert_eq!(error(verify(None, Some(VERIFIER), false)), Some(ApiError::PkceDidNotExpectCodeVerifier));
        assert_eq!(error(verify(None, Some(VERIFIER), true)), None);
        assert_eq!(error(verify(Some(CHALLENGE), Some("short"), false)), Some(ApiError::InvalidPkceCodeVerifier));
    }

    #[test]
    fn a_challenge_is_a_hash() {
        assert_eq!(challenge_of(VERIFIER), CHALLENGE);
        assert!(Verifier::fits(&new_verifier().unwrap()));
        assert!(check_challenge(Some(CHALLENGE.into())).is_ok());
        for bad in ["x", VERIFIER.repeat(2).as_str(), "not base64 at all, but exactly 43 characters"] {
            assert!(check_challenge(Some(bad.into())).is_err(), "{bad}");
        }
    }
}
