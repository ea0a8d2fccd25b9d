//! Which pages are a relying party's (Web Authentication, section 5.1.2; HTML, "is a registrable domain suffix of").

use aws_lc_rs::digest::{SHA256, digest};
use url::{Host, Url};

/// The longest name of a host.
const LONGEST: usize = 253;

/// Whether a text can be the id of a relying party: the name of a host as browsers write it, no address. Whether it is one under
/// which anybody can have names is not looked at.
pub fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= LONGEST && text.split('.').all(is_label) && matches!(Host::parse(text), Ok(Host::Domain(_)))
}

/// Whether the page of an origin may use credentials of a relying party: its host is the domain or below it, label by label, and
/// what it shows cannot be somebody else's on the way.
pub fn is_page_of(origin: &str, relying_party: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let Some(Host::Domain(host)) = url.host() else { return false };
    let is_as_browsers_write_it = url.origin().ascii_serialization() == origin;
    let is_local = host == "localhost" || host.ends_with(".localhost");
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let is_below = || host.strip_suffix(relying_party).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
    is_as_browsers_write_it && is_secure && is_domain(relying_party) && (host == relying_party || is_below())
}

/// What authenticators write of it.
pub(crate) fn hash_of(relying_party: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, relying_party.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t41_a_page_is_a_relying_partys_by_whole_labels() {
        for (origin, domain) in [
            ("https://example.com", "example.com"),
            ("https://app.example.com", "example.com"),
            ("https://a.b.example.com:8443", "example.com"),
            ("http://localhost:3000", "localhost"),
            ("http://acme.localhost:3000", "localhost"),
        ] {
            assert!(is_page_of(origin, domain), "{origin} {domain}");
        }
        for (origin, domain) in [
            ("https://badexample.com", "example.com"),
            ("https://example.com.evil.example", "example.com"),
            ("https://example.com", "app.example.com"),
            ("https://example.com/", "example.com"),
            ("https://example.com:443", "example.com"),
            ("https://user@example.com", "example.com"),
            ("https://EXAMPLE.com", "example.com"),
            ("http://example.com", "example.com"),
            ("http://localhost.evil.example", "localhost"),
            ("https://.example.com", "example.com"),
            ("https://example.com", ""),
            ("https://example.com", "com."),
            ("https://127.0.0.1", "127.0.0.1"),
            ("https://[::1]", "::1"),
            ("null", "example.com"),
            ("", ""),
            ("android:apk-key-hash:x", "example.com"),
        ] {
            assert!(!is_page_of(origin, domain), "{origin} {domain}");
        }
    }

    #[test]
    fn domains_are_names_of_hosts() {
        for good in ["localhost", "example.com", "xn--bcher-kva.example", "a-1.example"] {
            assert!(is_domain(good), "{good}");
        }
        let long = "a".repeat(64);
        for bad in [
            "",
            ".",
            "example.com.",
            "Example.com",
            "bücher.example",
            "10.0.0.1",
            "1",
            "a_b.example",
            "-a.example",
            "a:1",
            &long,
        ] {
            assert!(!is_domain(bad), "{bad}");
        }
    }
}
