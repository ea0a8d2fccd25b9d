//! What was answered.

use hyper::{HeaderMap, StatusCode};
use std::fmt;
use url::Url;

/// A complete answer, whatever its status.
#[derive(Clone)]
pub struct Response {
    /// The status; 300 and above are not errors of the client.
    pub status: StatusCode,
    /// The header fields. Nothing in them has been acted upon but the length and the chunks of the body.
    pub headers: HeaderMap,
    /// The content as it came. It is not decompressed: the request says that it wants it as it is, and who compresses
    /// it all the same says so in `Content-Encoding`.
    pub body: Vec<u8>,
    /// Who answered: another URL than the request's after redirects, and without its fragment.
    pub url: Url,
}

/// Without what may be secret: tokens come in bodies, cookies in headers.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
