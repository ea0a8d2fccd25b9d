//! Reading the URL of an SMTP server.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Where mail is handed over, and how.
pub(crate) struct SmtpUrl {
    pub host: String,
    pub port: u16,
    pub tls: StartTls,
    /// The server is this machine.
    pub loopback: bool,
    /// User and password.
    pub login: Option<(String, String)>,
}

/// When the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartTls {
    /// TLS from the first byte (RFC 8314, section 3.3).
    FromTheStart,
    /// Nothing is sent before the server has taken STARTTLS: whoever stands in between could hide that it offers it.
    Required,
    /// Where the server offers it: on this machine, where nobody stands in between, or where the operator says so.
    Offered,
}

impl SmtpUrl {
    /// Reads `smtp://[user:password@]host[:port][?starttls=optional|required]` or, without the end, the same with
    /// `smtps`.
    ///
    /// With a password, and to other machines, STARTTLS is required unless the URL says that it is optional.
    ///
    /// No error repeats the URL, because it may hold the password.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|error| match text.contains('@') {
            true => format!("{error}; in a user or password, write : / ? # @ % as %3A %2F %3F %23 %40 %25"),
            false => error,
        })
    }

    fn read(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|error| format!("the SMTP URL cannot be read: {error}; write smtp://HOST:PORT or smtps://HOST"))?;
        let from_the_start = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err("the SMTP URL must begin with smtp:// or smtps://".to_owned()),
        };
        let (host, loopback) = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => (name.to_owned(), name.eq_ignore_ascii_case("localhost")),
            Some(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
            Some(Host::Ipv6(address)) => (address.to_string(), address.is_loopback()),
            _ => return Err("the SMTP URL names no host".to_owned()),
        };
        // The scheme is unknown to the URL standard, which therefore leaves "127.0.0.1" a name.
        let loopback = loopback || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("the SMTP URL must end after the port, or with ?starttls=optional".to_owned());
        }
        let login = match (decoded(url.username())?, url.password()) {
            (user, Some(password)) => Some((user, decoded(password)?)),
            (user, None) if user.is_empty() => None,
            _ => return Err("the SMTP URL names a user but no password".to_owned()),
        };
        let tls = match (from_the_start, url.query()) {
            (true, None) => StartTls::FromTheStart,
            (false, None) if loopback && login.is_none() => StartTls::Offered,
            (false, None | Some("starttls=required")) => StartTls::Required,
            (false, Some("starttls=optional")) => StartTls::Offered,
            (true, Some(_)) => return Err("an smtps:// URL must end after the port: it is always encrypted".to_owned()),
            (false, Some(_)) => {
                return Err("after the port the SMTP URL may have ?starttls=optional or ?starttls=required".to_owned());
            }
        };
        let usual = match (from_the_start, &login) {
            (true, _) => 465,
            (false, Some(_)) => 587,
            (false, None) => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), tls, loopback, login })
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| "user or password in the SMTP URL is not UTF-8".to_owned())
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SmtpUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_found() {
        let url = SmtpUrl::parse("smtp://a%40b:p%2Fw%3A%20x@mail.example:2525").unwrap();
        assert_eq!((url.host.as_str(), url.port, url.loopback), ("mail.example", 2525, false));
        assert_eq!(url.login, Some(("a@b".to_owned(), "p/w: x".to_owned())));
    }

    #[test]
    fn the_port_follows_from_the_rest() {
        for (text, port) in [("smtps://h", 465), ("smtp://h", 25), ("smtp://u:p@h", 587), ("smtps://u:p@h:1", 1)] {
            assert_eq!(SmtpUrl::parse(text).unwrap().port, port);
        }
    }

    #[test]
    fn this_machine_is_recognized() {
        for text in ["smtp://localhost:1025", "smtp://127.0.0.1:1025", "smtp://[::1]:1025"] {
            assert!(SmtpUrl::parse(text).unwrap().loopback, "{text}");
        }
        assert!(!SmtpUrl::parse("smtp://localhost.example").unwrap().loopback);
        assert_eq!(SmtpUrl::parse("smtp://[::1]:1025").unwrap().host, "::1");
    }

    #[test]
    fn encryption_is_required_where_somebody_could_read_along() {
        for (text, tls) in [
            ("smtps://mail.example", StartTls::FromTheStart),
            ("smtps://localhost", StartTls::FromTheStart),
            ("smtp://mail.example", StartTls::Required),
            ("smtp://u:p@mail.example", StartTls::Required),
            ("smtp://u:p@localhost", StartTls::Required),
            ("smtp://localhost?starttls=required", StartTls::Required),
            ("smtp://localhost", StartTls::Offered),
            ("smtp://127.0.0.1:1025/", StartTls::Offered),
            ("smtp://catcher:1025?starttls=optional", StartTls::Offered),
            ("smtp://u:p@mail.example?starttls=optional", StartTls::Offered),
        ] {
            assert_eq!(SmtpUrl::parse(text).unwrap().tls, tls, "{text}");
        }
        for text in
            ["smtp://h?", "smtp://h?starttls=never", "smtp://h?tls=1", "smtps://h?starttls=optional", "smtp://h#x"]
        {
            SmtpUrl::parse(text).unwrap_err();
        }
    }

    #[test]
    fn refusals_and_debug_keep_the_password() {
        for text in [
            "smtp://u:hush@",
            "http://u:hush@h",
            "smtp://u:hush@h:99999",
            "smtp://u:hush@h/path",
            "smtp://u:%ffhush@h",
            "u:hush@h",
        ] {
            let error = SmtpUrl::parse(text).unwrap_err();
            assert!(!error.contains("hush"), "{error}");
        }
        for text in ["smtp://u:hu/sh@h", "smtp://u:hu?sh@h", "smtp://u:hu#sh@h:25", "smtp://u:12#hush@h"] {
            let error = SmtpUrl::parse(text).unwrap_err();
            assert!(error.contains("as %3A %2F") && !error.contains("sh@"), "{error}");
        }
        let shown = format!("{:?}", SmtpUrl::parse("smtps://user:hush@h").unwrap());
        assert!(!shown.contains("hush"), "{shown}");
    }
}
