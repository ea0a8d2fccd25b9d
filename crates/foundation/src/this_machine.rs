//! What a machine calls itself.

use outbound::Url;

/// Whether a host, as it stands in a URL or a `Host` header, can only be the machine that asks.
pub fn is_name(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

/// Whether a URL leads to the machine that asks.
pub fn is_place_of(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(is_name))
}
