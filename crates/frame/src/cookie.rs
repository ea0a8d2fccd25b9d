//! Cookies that scripts cannot read. Their names carry `__Host-`, so no other host of the domain can set or read them
//! (RFC 6265bis, section 4.1.3; threat T-46).

use axum::http::{HeaderMap, HeaderValue, header};
use foundation::id::ProjectId;

/// The cookies of one project. Cookies know no ports: without names of its own, projects whose pages use one host would
/// end each other's sessions.
pub struct Jar(String);

impl Jar {
    /// That of a project.
    pub fn of(project: &ProjectId) -> Self {
        Self(project.uuid().simple().to_string())
    }

    /// What a cookie is called in it. `kind` begins with `__Host-`.
    pub fn name(&self, kind: &str) -> String {
        format!("{kind}_{}", self.0)
    }

    /// A cookie that is kept for so many seconds.
    pub fn keep(&self, kind: &str, value: String, seconds: i64) -> Cookie {
        Cookie { name: self.name(kind), value, seconds, same_site: SameSite::Lax }
    }

    /// The same, for one that comes along when another site sends a form here.
    pub fn keep_across_sites(&self, kind: &str, value: String, seconds: i64) -> Cookie {
        Cookie { same_site: SameSite::None, ..self.keep(kind, value, seconds) }
    }

    /// Ends a cookie.
    pub fn end(&self, kind: &str) -> Cookie {
        self.keep(kind, String::new(), 0)
    }
}

/// A cookie for the client to keep.
pub struct Cookie {
    /// Begins with `__Host-`.
    pub name: String,
    pub value: String,
    /// Seconds that it is kept; none end it.
    pub seconds: i64,
    pub same_site: SameSite,
}

/// Which requests have a cookie (RFC 6265bis, section 4.1.2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Only those that pages of the same site make.
    Strict,
    /// Also those by which somebody comes from another site.
    Lax,
    /// All, also forms that another site sends here.
    None,
}

impl Cookie {
    pub(crate) fn header(&self) -> HeaderValue {
        let Self { name, value, seconds, same_site } = self;
        let same_site = match same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        };
        // Some clients, and what stands between, know one way only to end a cookie.
        let ended = if *seconds > 0 { "" } else { "Expires=Thu, 01 Jan 1970 00:00:00 GMT; " };
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; {ended}HttpOnly; Secure; SameSite={same_site}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The cookies of the request.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The value of a cookie of the request; none where it is empty.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_ends_in_both_ways_that_clients_know() {
        let header = |seconds| {
            let cookie = Cookie { name: "__Host-a".into(), value: String::new(), seconds, same_site: SameSite::Lax };
            cookie.header().to_str().unwrap().to_owned()
        };
        assert_eq!(header(60), "__Host-a=; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax");
        let ended =
            "__Host-a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax";
        assert_eq!(header(0), ended);
    }
}
