//! What is asked, and how much of an answer is taken.

use crate::{refused::Refused, target::Target};
use hyper::{
    HeaderMap, Method,
    body::Bytes,
    header::{HeaderName, HeaderValue},
};
use std::{fmt, time::Duration};

/// How long a request may take, and how large its answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Everything: waiting for a place, resolving, connecting, redirects, the answer to its last byte.
    pub total: Duration,
    /// One connection, TLS included.
    pub connect: Duration,
    /// Status line and header fields, in bytes. More than 100 fields are too many as well.
    pub head_bytes: usize,
    /// Content of the answer, in bytes.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(10),
            connect: Duration::from_secs(5),
            head_bytes: 64 * 1024,
            body_bytes: 1024 * 1024,
        }
    }
}

impl Limits {
    /// What may come off the wire of one connection. Chunks of one byte, the worst that an honest server does, are six
    /// times their content; a handshake with all its certificates comes on top.
    pub(crate) fn wire_bytes(&self) -> usize {
        self.head_bytes.saturating_add(self.body_bytes).saturating_mul(6).saturating_add(256 * 1024)
    }
}

/// A request, to be handed to [`Outbound::send`](crate::Outbound::send).
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) target: Target,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) limits: Limits,
    pub(crate) allow_http: bool,
    /// How many redirects may be followed, and how many have been.
    pub(crate) redirects: u8,
    pub(crate) followed: u8,
    /// The host that the caller named.
    asked: String,
}

impl Request {
    /// A request for what is there.
    pub fn get(url: &str) -> Result<Self, Refused> {
        Self::new(Method::GET, url, Bytes::new())
    }

    /// A request that hands something over; say in `Content-Type` what it is.
    pub fn post(url: &str, body: impl Into<Bytes>) -> Result<Self, Refused> {
        Self::new(Method::POST, url, body.into())
    }

    /// A request that replaces something.
    pub fn put(url: &str, body: impl Into<Bytes>) -> Result<Self, Refused> {
        Self::new(Method::PUT, url, body.into())
    }

    /// A request that changes something.
    pub fn patch(url: &str, body: impl Into<Bytes>) -> Result<Self, Refused> {
        Self::new(Method::PATCH, url, body.into())
    }

    /// A request that deletes something.
    pub fn delete(url: &str) -> Result<Self, Refused> {
        Self::new(Method::DELETE, url, Bytes::new())
    }

    fn new(method: Method, url: &str, body: Bytes) -> Result<Self, Refused> {
        let target = Target::parse(url)?;
        Ok(Self {
            method,
            asked: target.host.to_string(),
            target,
            headers: HeaderMap::new(),
            body,
            limits: Limits::default(),
            allow_http: false,
            redirects: 0,
            followed: 0,
        })
    }

    /// How errors call the host. Where a host redirects to is text of its choice, which they do not repeat.
    pub(crate) fn name(&self) -> String {
        match self.followed {
            0 => self.asked.clone(),
            _ => format!("a redirect of {}", self.asked),
        }
    }

    /// How errors call what the operator could allow. Where a host redirects to is not repeated either.
    pub(crate) fn place(&self) -> String {
        match self.followed {
            0 => format!("{}:{}", self.asked, self.target.port),
            _ => "HOST:PORT, those of where it leads".to_owned(),
        }
    }

    /// Sets a header field. Those that belong to the connection (`Host`, `Content-Length`, `Connection`, …) and
    /// `Accept-Encoding` are the client's own, and what is set here for them is not sent.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Other limits than the usual.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Also takes a URL without TLS, where nobody can be sure who answers or who reads along.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Follows as many redirects, and refuses one more. Without this the answer that redirects is the answer.
    ///
    /// After 301, 302 and 303 the next request is a GET without body; after 307 and 308 it is the same again. To
    /// another origin go only the header fields that say what is sent and wanted, whatever the others are called, for
    /// they may be credentials; and a body, which may hold some as well, goes to no other origin at all.
    #[must_use]
    pub fn redirects(mut self, at_most: u8) -> Self {
        self.redirects = at_most;
        self
    }
}

/// Without what may be secret: values of headers, the body, and of the URL all but the origin.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("limits", &self.limits)
            .field("allow_http", &self.allow_http)
            .field("redirects", &self.redirects)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
