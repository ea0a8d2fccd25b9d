//! Where a project's pages are: at the origins that are registered, and at the server's own.

use super::{origin, store};
use crate::redirect_urls;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use frame::LONGEST_ORIGIN;
use url::Url;

/// Whether the project has pages of this origin.
pub(crate) fn has_pages_of(tx: &mut Tx, cx: &Cx, origin: &str) -> Result<bool> {
    // No host is called `*`, which stands for many where it is registered.
    if origin.contains('*') || origin.len() > LONGEST_ORIGIN {
        return Ok(false);
    }
    Ok(own_origin(cx).as_deref() == Some(origin) || store::has_origin(tx, &cx.project().id, &origin::names(origin))?)
}

/// Whether the project has pages at this host, whatever the port.
pub(crate) fn has_pages_at(tx: &mut Tx, cx: &Cx, host: &str) -> Result<bool> {
    let mut known = store::origins(tx, &cx.project().id)?;
    known.extend(own_origin(cx));
    Ok(known.iter().any(|origin| is_at(origin, host)))
}

/// The host of the pages that people come back to when nobody says another.
pub(crate) fn usual_host(tx: &mut Tx, cx: &Cx) -> Result<Option<String>> {
    let app = redirect_urls::app_of_project(tx, &cx.app, cx.project())?;
    Ok(app.or_else(|| own_origin(cx)).and_then(|url| host_of(&url)))
}

fn own_origin(cx: &Cx) -> Option<String> {
    Url::parse(cx.app.public_url()).ok().map(|url| url.origin().ascii_serialization())
}

fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// Whether an origin, as it is registered, is at a host. A `*` stands for one label.
fn is_at(origin: &str, host: &str) -> bool {
    let Some(registered) = host_of(&origin.replacen("*.", "", 1)) else { return false };
    match origin.contains("://*.") {
        true => host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == registered),
        false => host == registered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t41_a_host_is_one_that_is_registered_whole() {
        for (origin, host) in [
            ("https://app.example.com", "app.example.com"),
            ("https://app.example.com:8443", "app.example.com"),
            ("http://localhost:3000", "localhost"),
            ("https://*.app.example.com", "acme.app.example.com"),
        ] {
            assert!(is_at(origin, host), "{origin} {host}");
        }
        for (origin, host) in [
            ("https://app.example.com", "example.com"),
            ("https://app.example.com", "evil.app.example.com"),
            ("https://example.com", "badexample.com"),
            ("https://*.app.example.com", "app.example.com"),
            ("https://*.app.example.com", "a.b.app.example.com"),
            ("https://*.app.example.com", ".app.example.com"),
            ("null", ""),
        ] {
            assert!(!is_at(origin, host), "{origin} {host}");
        }
    }
}
