//! Forms come from pages of this server. What a page elsewhere has a browser send here, with the cookies that the browser has, is
//! refused (threat T-46).

use crate::head::Head;
use axum::http::header;
use foundation::error::{ApiError, Result};

/// Whether the page that a form stands in is one of ours.
///
/// Browsers say it, in a header that no page can set (Fetch Metadata). Those from before say the origin of the page, which is
/// compared with the host that they ask, and with our public name. Whoever says neither is no browser that we know of: a program,
/// which has nobody's cookies but its own, and is refused if it comes with any.
///
/// # Errors
/// `cross_site_form` when it is not.
pub(crate) fn check(head: &Head, public_url: &str) -> Result<()> {
    let is_ours = match (head.header("sec-fetch-site"), head.origin()) {
        // `none`: the person does it, for example by loading the page again.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == public_url || is_of_host(origin, head.header(header::HOST.as_str())),
        (None, None) => !head.headers.contains_key(header::COOKIE),
    };
    if is_ours { Ok(()) } else { Err(ApiError::CrossSiteForm.into()) }
}

fn is_of_host(origin: &str, host: Option<&str>) -> bool {
    let named = origin.split_once("://").map(|(_, host)| host);
    named.is_some() && named == host
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::Dialect;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn is_taken(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let head = Head {
            request_id: String::new(),
            now: database::Timestamp(0),
            dialect: Dialect::Page,
            path: None,
            headers: map,
            ip_address: None,
            peer: None,
            trace: None,
            witness: None,
        };
        check(&head, "https://auth.example.com").is_ok()
    }

    #[test]
    fn forms_of_our_pages_are_taken_and_no_others() {
        let host = ("host", "auth.example.com");
        for (headers, taken) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "")], false),
            // The header decides where it is there.
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://auth.example.com"), host], false),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (vec![("origin", "https://auth.example.com"), ("host", "inner:7400")], true),
            (vec![("origin", "http://localhost:7400"), ("host", "localhost:7400")], true),
            (vec![("origin", "https://example.com"), host], false),
            (vec![("origin", "https://auth.example.com.evil.example"), host], false),
            (vec![("origin", "https://auth.example.com:444"), host], false),
            (vec![("origin", "null"), host], false),
            (vec![("origin", "auth.example.com"), host], false),
            (vec![("origin", "null")], false),
            (vec![], true),
            (vec![("cookie", "a=b")], false),
            (vec![("cookie", "a=b"), ("origin", "https://auth.example.com"), host], true),
        ] {
            assert_eq!(is_taken(&headers), taken, "{headers:?}");
        }
    }
}
