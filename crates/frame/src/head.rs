//! What is known of a request before its input has a type.

use crate::cookie;
use crate::door::Dialect;
use axum::http::{HeaderMap, HeaderName, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::Timestamp;
use foundation::id::Environment;
use foundation::traces::Active;
use foundation::witness::Witness;
use std::net::IpAddr;
use std::sync::Arc;

/// The longest origin there can be, in bytes: a scheme, a host name (RFC 1035, section 2.3.4) and a port.
pub const LONGEST_ORIGIN: usize = 300;

/// By what a request is found in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A new one, in which stands what is guessed of the environment.
pub(crate) fn new_request_id(environment: Environment) -> String {
    format!("request-id-{}-{}", environment.as_str(), uuid::Uuid::new_v4())
}

/// The company of a request: everything but path parameters, query and body.
pub struct Head {
    pub request_id: String,
    /// When the request was complete, body and all. Nothing later reads the clock.
    pub now: Timestamp,
    pub dialect: Dialect,
    /// The path, in dialects where a credential is good below one path only (SCIM).
    pub path: Option<String>,
    pub headers: HeaderMap,
    /// The client's address, as far as proxies are trusted to tell it.
    pub ip_address: Option<IpAddr>,
    /// The address that this server sees: the client's, or a proxy's.
    pub peer: Option<IpAddr>,
    /// Where it is traced, if it is.
    pub trace: Option<Arc<Active>>,
    /// Who is told what it changes, in dialects whose exchanges are recorded (SCIM).
    pub witness: Option<Arc<Witness>>,
}

impl Head {
    /// A header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// User name and password of Basic authentication (RFC 7617).
    pub fn basic(&self) -> Option<(String, String)> {
        let decoded = String::from_utf8(STANDARD.decode(self.authorization("basic")?).ok()?).ok()?;
        decoded.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
    }

    /// A bearer token (RFC 6750, section 2.1).
    pub fn bearer(&self) -> Option<&str> {
        self.authorization("bearer")
    }

    fn authorization(&self, wanted: &str) -> Option<&str> {
        let (scheme, credentials) = self.header(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        scheme.eq_ignore_ascii_case(wanted).then(|| credentials.trim())
    }

    /// The web origin of the page that sends the request (RFC 6454).
    pub fn origin(&self) -> Option<&str> {
        self.header(header::ORIGIN.as_str())
    }

    /// The same, where it says which page that is. `null` is what browsers say for files, sandboxed frames and the like: it
    /// is everybody's. No host is called `*`, which stands for many where it is registered.
    pub fn telling_origin(&self) -> Option<&str> {
        self.origin().filter(|origin| *origin != "null" && !origin.contains('*') && origin.len() <= LONGEST_ORIGIN)
    }

    /// Whether there is a cookie whose name begins so.
    pub fn has_cookie(&self, beginning: &str) -> bool {
        cookie::all(&self.headers).any(|(name, _)| name.starts_with(beginning))
    }

    /// The value of a cookie; none where it is empty.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie::read(&self.headers, name)
    }
}
