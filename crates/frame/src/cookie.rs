//! Cookies that scripts cannot read. Their names carry `__Host-`, so no other host of the domain can set or read them
//! (RFC 6265bis, section 4.1.3; threat T-46).

use axum::http::{HeaderMap, HeaderValue, header};

/// A cookie for the client to keep.
pub struct Cookie {
    /// Begins with `__Host-`.
    pub name: &'static str,
    pub value: String,
    /// Seconds that it is kept; none end it.
    pub seconds: i64,
}

impl Cookie {
    /// Ends the cookie of this name.
    pub fn end(name: &'static str) -> Self {
        Self { name, value: String::new(), seconds: 0 }
    }

    pub(crate) fn header(&self) -> HeaderValue {
        let Self { name, value, seconds } = self;
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The value of a cookie of the request; none where it is empty.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}
