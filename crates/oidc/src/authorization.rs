//! Where the browser goes to log in (OpenID Connect Core, section 3.1.2.1; RFC 6749, section 4.1.1).

use crate::endpoint::{self, BadUrl};
use crate::pkce;
use crate::seen::Seen;
use url::Url;

/// How many parameters whoever begins a login may add, and how long their names and values may be together.
pub const MOST: usize = 20;
/// See [`MOST`]; in bytes.
pub const LONGEST: usize = 4000;

/// What is ours to say: nobody who begins a login says these. `request` and the like would replace all others.
const OURS: [&str; 16] = [
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "registration",
    "client_assertion",
    "client_assertion_type",
    "dpop_jkt",
];

/// A request for a code. What belongs to this login alone (`state`, `nonce`, the verifier) is the caller's to make and to
/// remember, for this browser and this provider (threat T-28).
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The provider's address for it. A query that it has stays.
    pub endpoint: &'a str,
    /// Who we are to the provider.
    pub client_id: &'a str,
    /// Where the browser comes back to.
    pub redirect_uri: &'a str,
    /// What [`scope::of_login`](crate::scope::of_login) has made.
    pub scope: &'a str,
    /// Comes back with the browser.
    pub state: &'a str,
    /// Comes back in the ID token, where there is one.
    pub nonce: Option<&'a str>,
    /// What the token request will show, or nothing for a provider that cannot take it.
    pub code_verifier: Option<&'a str>,
    /// What whoever begins the login wants to tell the provider: `prompt`, `login_hint`, `domain_hint`, …
    pub added: &'a [(String, String)],
}

/// Why a request cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The provider's address is none.
    #[error("the browser cannot be sent to {seen}: {why}")]
    Url {
        /// The address.
        seen: Seen,
        /// What is wrong with it.
        why: BadUrl,
    },
    /// A parameter was added that only we or the connection say.
    #[error("the parameter {seen} cannot be added to a login")]
    Reserved {
        /// Its name.
        seen: Seen,
    },
    /// Too many parameters, or too long ones.
    #[error("at most {MOST} parameters of {LONGEST} bytes in all can be added to a login")]
    TooMuch,
}

impl Request<'_> {
    /// The address.
    ///
    /// # Errors
    /// The endpoint is no address, or a parameter cannot be added.
    pub fn url(&self) -> Result<Url, Refused> {
        let mut url =
            endpoint::check(self.endpoint).map_err(|why| Refused::Url { seen: Seen::text(self.endpoint), why })?;
        // No parameter may be there twice (RFC 6749, section 3.1), and those of ours are as we say.
        let own: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !is_ours(name))
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        self.check_added(&own)?;

        let mut query = url.query_pairs_mut();
        query.clear().extend_pairs(own);
        query.append_pair("response_type", "code").append_pair("client_id", self.client_id);
        query.append_pair("redirect_uri", self.redirect_uri).append_pair("scope", self.scope);
        query.append_pair("state", self.state);
        if let Some(nonce) = self.nonce {
            query.append_pair("nonce", nonce);
        }
        if let Some(verifier) = self.code_verifier {
            query.append_pair("code_challenge", &pkce::challenge(verifier));
            query.append_pair("code_challenge_method", pkce::METHOD);
        }
        query.extend_pairs(self.added);
        drop(query);
        Ok(url)
    }

    /// A browser begins a login, so what it adds replaces nothing: neither ours, nor what the connection's address says,
    /// nor what it has added already.
    fn check_added(&self, own: &[(String, String)]) -> Result<(), Refused> {
        let bytes: usize = self.added.iter().map(|(name, value)| name.len() + value.len()).sum();
        if self.added.len() > MOST || bytes > LONGEST {
            return Err(Refused::TooMuch);
        }
        for (at, (name, _)) in self.added.iter().enumerate() {
            let before = self.added.iter().take(at).chain(own).any(|(other, _)| other == name);
            if before || name.is_empty() || is_ours(name) {
                return Err(Refused::Reserved { seen: Seen::text(name) });
            }
        }
        Ok(())
    }
}

/// Some providers do not tell capitals from small letters.
fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| name.trim().eq_ignore_ascii_case(ours))
}

#[cfg(test)]
#[path = "authorization_tests.rs"]
mod tests;
