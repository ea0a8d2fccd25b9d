//! Web origins whose pages may use the browser API (RFC 6454), as operators register them and as browsers write them.
//!
//! `https://*.app.example.com` stands for the pages of every host with one label in the place of the `*`. So what a request
//! says is looked up under two names at most, and no list is read.

use crate::redirect_urls::{Pattern, is_label};
use frame::LONGEST_ORIGIN;
use std::fmt::Write as _;
use url::Url;

/// Schemes of which browsers say `null`, or that no page has.
const OF_NO_PAGE: &[&str] =
    &["about", "blob", "data", "file", "filesystem", "ftp", "javascript", "mailto", "null", "view-source", "ws", "wss"];

/// Reads an origin that is to be registered: `http` and `https` as browsers write them, and those of web views and
/// extensions (`capacitor://localhost`, `chrome-extension://…`) as they are.
///
/// # Errors
/// What to write instead.
pub(super) fn read(text: &str) -> Result<String, String> {
    if text.len() > LONGEST_ORIGIN {
        return Err(format!("An origin has at most {LONGEST_ORIGIN} characters."));
    }
    // A blob has an address of its page in it.
    let first = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if OF_NO_PAGE.contains(&first.as_str()) {
        return Err(of_no_page(text));
    }
    let Some((scheme, rest)) = text.split_once("://") else { return Err(without_scheme(text)) };
    match scheme.to_ascii_lowercase().as_str() {
        scheme @ ("http" | "https") => of_web(text, scheme, rest),
        scheme => of_web_view(text, scheme, rest),
    }
}

fn of_web(text: &str, scheme: &str, rest: &str) -> Result<String, String> {
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let pattern = Pattern::parse(&format!("{scheme}://{host}/"), false).ok();
    if let Some(origin) = pattern.and_then(|pattern| pattern.origin())
        && !host.contains(['/', '?'])
    {
        return Ok(origin);
    }
    let mut told = format!("{text} is not an origin that can be registered: ");
    let plain =
        Url::parse(text).ok().filter(|url| url.path() != "/" || url.query().is_some() || url.fragment().is_some());
    if host.contains('*') {
        told +=
            "a * stands for the first label of a host, under a domain that is yours, as in https://*.app.example.com.";
    } else if let Some(url) = plain {
        let _ = write!(told, "it ends with the host and the port. Write {}.", url.origin().ascii_serialization());
    } else if scheme == "http" {
        told += "http is for this machine only, such as http://localhost:5173. Serve the page over https.";
    } else if let Some(url) = Url::parse(text).ok().filter(|url| url.has_host()) {
        let _ = write!(told, "browsers write it otherwise. Write {}.", url.origin().ascii_serialization());
    } else {
        told += "write a scheme, a host and perhaps a port, as in https://app.example.com.";
    }
    Err(told)
}

fn of_web_view(text: &str, scheme: &str, rest: &str) -> Result<String, String> {
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
    match is_scheme && is_host {
        true => Ok(format!("{scheme}://{host}")),
        false => Err(format!(
            "{text} is not an origin that can be registered: write what `location.origin` is in the page, as in \
             capacitor://localhost or chrome-extension://abcdefghijklmnopabcdefghijklmnop."
        )),
    }
}

fn without_scheme(text: &str) -> String {
    let guessed = ["https", "http"].map(|scheme| format!("{scheme}://{text}"));
    let guessed = guessed.iter().rev().find_map(|guess| read(guess).ok());
    match guessed {
        Some(origin) => format!("{text} is not an origin: the scheme is missing. Write {origin}."),
        None => format!("{text} is not an origin: write a scheme and a host, as in https://app.example.com."),
    }
}

fn of_no_page(text: &str) -> String {
    format!(
        "{text} cannot be registered: browsers say `null` for the origin of such pages, and for sandboxed frames of anybody. \
         Serve the page, for example with `python3 -m http.server 5173`, and register http://localhost:5173."
    )
}

/// What may be registered for pages of this origin: itself, and what has a `*` for the first label of its host.
pub(super) fn names(origin: &str) -> [String; 2] {
    let own = origin.to_owned();
    let wildcard = with_wildcard(origin).unwrap_or_else(|| own.clone());
    [own, wildcard]
}

fn with_wildcard(origin: &str) -> Option<String> {
    let (scheme, host) = origin.split_once("://")?;
    let (label, parent) = host.split_once('.')?;
    (["http", "https"].contains(&scheme) && is_label(label)).then(|| format!("{scheme}://*.{parent}"))
}

/// Whether it can be registered as it is, and written into a command as it is.
pub(super) fn is_usable(origin: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]+".contains(&byte);
    origin.bytes().all(is_plain) && read(origin).is_ok_and(|read| read == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_registered_as_browsers_write_them() {
        for (text, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://App.Example.com:443/", "https://app.example.com"),
            ("HTTPS://app.example.com:8443", "https://app.example.com:8443"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://tauri.localhost", "http://tauri.localhost"),
            ("https://*.app.example.com", "https://*.app.example.com"),
            ("http://*.localhost:3000/", "http://*.localhost:3000"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("ionic://localhost/", "ionic://localhost"),
            ("tauri://localhost", "tauri://localhost"),
            ("app://bundle.example:80", "app://bundle.example:80"),
            (
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            ),
            (
                "Moz-Extension://3c5f2b9e-aaaa-4bbb-8ccc-0123456789ab",
                "moz-extension://3c5f2b9e-aaaa-4bbb-8ccc-0123456789ab",
            ),
            ("safari-web-extension://3C5F2B9E-AAAA", "safari-web-extension://3C5F2B9E-AAAA"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(origin), "{text}");
        }
    }

    #[test]
    fn t52_what_is_no_origin_is_refused_with_what_to_write() {
        for (text, told) in [
            ("localhost:5173", "Write http://localhost:5173."),
            ("app.example.com", "Write https://app.example.com."),
            ("null", "http://localhost:5173"),
            ("NULL", "http://localhost:5173"),
            ("file:///", "http://localhost:5173"),
            ("file:///srv/index.html", "http://localhost:5173"),
            ("data:text/html,x", "http://localhost:5173"),
            ("data://x", "http://localhost:5173"),
            ("blob:https://app.example.com/x", "http://localhost:5173"),
            ("about:blank", "http://localhost:5173"),
            ("javascript:alert(1)", "http://localhost:5173"),
            ("ws://app.example.com", "http://localhost:5173"),
            ("*", "https://app.example.com"),
            ("", "https://app.example.com"),
            ("//app.example.com", "https://app.example.com"),
            ("https://", "https://app.example.com"),
            ("https://app.example.com/login", "Write https://app.example.com."),
            ("https://app.example.com:8443/?a#b", "Write https://app.example.com:8443."),
            ("https://jane@app.example.com", "Write https://app.example.com."),
            ("https://bücher.example", "Write https://xn--bcher-kva.example."),
            ("http://app.example.com", "over https"),
            ("http://192.168.1.5:3000", "over https"),
            ("https://*", "https://*.app.example.com"),
            ("https://*.com", "https://*.app.example.com"),
            ("https://*.co.uk", "https://*.app.example.com"),
            ("https://*.github.io", "https://*.app.example.com"),
            ("https://a.*.example.com", "https://*.app.example.com"),
            ("https://a*.example.com", "https://*.app.example.com"),
            ("https://*.*.example.com", "https://*.app.example.com"),
            ("http://*.example.com", "https://*.app.example.com"),
            ("capacitor://", "location.origin"),
            ("capacitor://localhost/index.html", "location.origin"),
            ("chrome-extension://*", "location.origin"),
            ("capacitor://local host", "location.origin"),
            ("1app://x", "location.origin"),
        ] {
            assert!(read(text).is_err_and(|error| error.contains(told)), "{text:?}: {:?}", read(text));
        }
        assert!(read(&format!("https://{}.example.com", "a".repeat(300))).is_err());
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let wildcard = |origin: &str| with_wildcard(origin);
        assert_eq!(wildcard("https://acme.app.example.com").as_deref(), Some("https://*.app.example.com"));
        assert_eq!(wildcard("https://acme.app.example.com:8443").as_deref(), Some("https://*.app.example.com:8443"));
        assert_eq!(wildcard("https://a.b.app.example.com").as_deref(), Some("https://*.b.app.example.com"));
        for origin in
            ["https://localhost", "null", "https://a_b.example.com", "https://.example.com", "app://a.example.com"]
        {
            assert_eq!(wildcard(origin), None, "{origin}");
            assert_eq!(names(origin), [origin, origin]);
        }
    }

    #[test]
    fn t72_what_an_operator_is_to_copy_holds_no_command() {
        for origin in
            ["https://a;reboot.example.com", "https://a$(reboot).example.com", "https://a`x`.example.com", "null"]
        {
            assert!(!is_usable(origin), "{origin}");
        }
        assert!(is_usable("http://localhost:5173") && is_usable("capacitor://localhost"));
    }
}
