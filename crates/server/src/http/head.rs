//! What is known of a request before its input has a type.

use crate::error::{ApiError, Result};
use crate::http::cookies;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::Timestamp;
use std::net::IpAddr;

/// Who talks to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// The app's backend, with its project secret.
    Backend,
    /// A browser, with the project's public token.
    Browser,
}

/// The request line's company: everything but path parameters, query and body.
pub(crate) struct Head {
    pub(crate) request_id: String,
    pub(crate) now: Timestamp,
    pub(crate) surface: Surface,
    pub(crate) headers: HeaderMap,
    /// The peer's address as seen by this server.
    pub(crate) ip_address: Option<IpAddr>,
}

/// Credentials that a browser sends along without being asked. They may be stale; public endpoints ignore them then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ambient {
    pub(crate) session_token: Option<String>,
    pub(crate) intermediate_session_token: Option<String>,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header that carries a credential.
    ///
    /// # Errors
    /// When it is there but says nothing: whoever sends it means to be less than they are without it.
    pub(crate) fn credential(&self, name: &str) -> Result<Option<String>> {
        match self.headers.get(name) {
            None => Ok(None),
            Some(value) => match value.to_str() {
                Ok(text) if !text.trim().is_empty() => Ok(Some(text.to_owned())),
                _ => Err(ApiError::InvalidSessionToken.into()),
            },
        }
    }

    /// User name and password of Basic authentication (RFC 7617).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let (scheme, encoded) = self.header(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        decoded.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
    }

    /// The web origin of the page that sends the request (RFC 6454).
    pub(crate) fn origin(&self) -> Option<&str> {
        self.header(header::ORIGIN.as_str())
    }

    /// The session and intermediate session of a browser: from the Authorization header, else from cookies.
    pub(crate) fn ambient(&self) -> Ambient {
        if self.surface == Surface::Backend {
            return Ambient::default();
        }
        let from_header = self.basic().filter(|(user, password)| user != password).map(|(_, password)| password);
        Ambient {
            session_token: from_header
                .filter(|password| !password.is_empty())
                .or_else(|| cookies::read(&self.headers, cookies::SESSION)),
            intermediate_session_token: cookies::read(&self.headers, cookies::INTERMEDIATE),
        }
    }
}
