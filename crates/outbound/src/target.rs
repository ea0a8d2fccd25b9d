//! A URL that has been read and found fit to be asked.

use crate::refused::Refused;
use std::fmt;
use url::{Host, Url};

/// Longer URLs are nobody's; the standard parser would take megabytes.
const LONGEST_URL: usize = 8 * 1024;

/// Whom to ask, and for what.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) secure: bool,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
}

impl Target {
    /// Reads what a caller asks for.
    pub(crate) fn parse(url: &str) -> Result<Self, Refused> {
        let read = || {
            if url.len() > LONGEST_URL {
                return Err("it is too long");
            }
            Self::check(Url::parse(url).map_err(|_| "it is no URL with a scheme and a host")?)
        };
        read().map_err(|why| Refused::BadUrl { why })
    }

    /// Reads where an answer redirects to.
    pub(crate) fn redirected(&self, location: &str) -> Result<Self, &'static str> {
        if location.len() > LONGEST_URL {
            return Err("to a URL that is too long");
        }
        let url = self.url.join(location).map_err(|_| "to what is no URL")?;
        Self::check(url).map_err(|_| "to a URL that cannot be used")
    }

    fn check(mut url: Url) -> Result<Self, &'static str> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("its scheme is neither https nor http"),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a user or a password");
        }
        let host = url.host().ok_or("it has no host")?.to_owned();
        if let Host::Domain(name) = &host {
            // One spelling for each name: certificates and the operator's list have no final dot.
            if name.ends_with('.') {
                return Err("its host ends with a dot");
            }
            if rustls::pki_types::DnsName::try_from(name.as_str()).is_err() {
                return Err("its host is no name of the DNS");
            }
        }
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or("its port is 0")?;
        url.set_fragment(None);
        Ok(Self { url, secure, host, port })
    }

    /// RFC 6454, section 5.
    pub(crate) fn same_origin(&self, other: &Self) -> bool {
        self.secure == other.secure && self.host == other.host && self.port == other.port
    }

    /// Host and port as the `Host` header has them (RFC 9110, section 7.2).
    pub(crate) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }
}

/// The origin alone: paths may be secrets (webhooks of chat services), queries often are.
impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}:{}", self.url.scheme(), self.host, self.port)
    }
}
