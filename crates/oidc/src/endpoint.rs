//! The addresses of a provider.

use url::{Host, Url};

/// How long an address may be, in bytes.
pub const LONGEST: usize = 2000;

/// Why an address is not one of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Longer than [`LONGEST`].
    #[error("it has more than 2000 bytes")]
    TooLong,
    /// Not a URL with a host.
    #[error("it is not a URL")]
    NotUrl,
    /// What goes there could be read and changed on the way.
    #[error("it has to begin with https://")]
    NotSecure,
    /// A name or a password stands before the host.
    #[error("it has a user name or a password in it")]
    Credentials,
    /// Something follows a `#`.
    #[error("it has a fragment (#)")]
    Fragment,
}

/// Checks an address: `https`, and neither credentials nor a fragment. Without TLS only this machine itself may be meant
/// (`localhost`, 127.0.0.1, ::1), which is for development; the guarded client has to be allowed to go there all the same.
///
/// # Errors
/// Why not.
pub fn check(text: &str) -> Result<Url, BadUrl> {
    if text.len() > LONGEST {
        return Err(BadUrl::TooLong);
    }
    // The parser would drop spaces and line breaks, and the address would not be the text that was written.
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BadUrl::NotUrl);
    }
    let url = Url::parse(text).map_err(|_| BadUrl::NotUrl)?;
    let secure = match url.scheme() {
        "https" => true,
        "http" => is_this_machine(&url),
        _ => false,
    };
    if !secure {
        return Err(BadUrl::NotSecure);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadUrl::Credentials);
    }
    if url.fragment().is_some() {
        return Err(BadUrl::Fragment);
    }
    Ok(url)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_secure_and_only_an_address() {
        let long = format!("https://idp.example/{}", "a".repeat(LONGEST));
        let cases = [
            ("https://idp.example/a?p=1", Ok(())),
            ("http://localhost:8080/realms/a", Ok(())),
            ("http://127.0.0.1:8080", Ok(())),
            ("http://[::1]/", Ok(())),
            ("http://idp.example", Err(BadUrl::NotSecure)),
            ("http://localhost.idp.example", Err(BadUrl::NotSecure)),
            ("http://127.0.0.1.idp.example", Err(BadUrl::NotSecure)),
            ("http://10.0.0.1", Err(BadUrl::NotSecure)),
            ("file:///etc/passwd", Err(BadUrl::NotSecure)),
            ("javascript:alert(1)", Err(BadUrl::NotSecure)),
            ("data:application/json,{}", Err(BadUrl::NotSecure)),
            ("https://", Err(BadUrl::NotUrl)),
            ("", Err(BadUrl::NotUrl)),
            ("idp.example", Err(BadUrl::NotUrl)),
            (" https://idp.example", Err(BadUrl::NotUrl)),
            ("https://idp.example/\n", Err(BadUrl::NotUrl)),
            ("https://user@idp.example", Err(BadUrl::Credentials)),
            ("https://:secret@idp.example", Err(BadUrl::Credentials)),
            ("https://idp.example/#a", Err(BadUrl::Fragment)),
            (&long, Err(BadUrl::TooLong)),
        ];
        for (text, expected) in cases {
            assert_eq!(check(text).map(drop), expected, "{text}");
        }
    }
}
