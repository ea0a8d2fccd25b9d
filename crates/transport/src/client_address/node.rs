//! One hop as a proxy writes it.

use std::net::{IpAddr, Ipv4Addr};

/// The address of a node: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`, `[2001:db8::1]:80`, or `2001:db8::1` as it often
/// stands in `X-Forwarded-For`. `None` for `unknown`, `_hidden` (RFC 7239, 6) and everything else.
///
/// An address with a zone (RFC 4007, 11) is none: it means something on the proxy only.
pub(super) fn address(node: &str) -> Option<IpAddr> {
    let address = if let Some(rest) = node.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        if !port.is_empty() && !is_port(port.strip_prefix(':')?) {
            return None;
        }
        IpAddr::V6(address.parse().ok()?)
    } else if let Ok(address) = node.parse() {
        address
    } else {
        let (address, port) = node.split_once(':')?;
        IpAddr::V4(address.parse::<Ipv4Addr>().ok().filter(|_| is_port(port))?)
    };
    Some(address.to_canonical())
}

/// A number of up to five digits, or an obfuscated one (RFC 7239, 6.3).
fn is_port(port: &str) -> bool {
    match port.strip_prefix('_') {
        Some(name) => !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_in_many_spellings() {
        for (node, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:80", "192.0.2.1"),
            ("192.0.2.1:_port.1-2", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8::A", "2001:db8::a"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:65535", "2001:db8::1"),
            ("[2001:db8::1]:_x", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ] {
            assert_eq!(address(node), Some(expected.parse().unwrap()), "{node}");
        }
    }

    #[test]
    fn everything_else_is_no_address() {
        for node in [
            "",
            " ",
            "unknown",
            "Unknown",
            "_hidden",
            "example.com",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.01",
            "0xc0000201",
            "3221225985",
            "192.0.2.1:",
            "192.0.2.1:x",
            "192.0.2.1:_",
            "192.0.2.1:123456",
            "192.0.2.1:+80",
            "192.0.2.1:80:80",
            "192.0.2.1/32",
            "192.0.2.1 ",
            "[]",
            "[",
            "]",
            "[2001:db8::1",
            "2001:db8::1]",
            "[2001:db8::1]80",
            "[2001:db8::1]:",
            "[2001:db8::1]:x",
            "[192.0.2.1]",
            "fe80::1%eth0",
            "[fe80::1%25eth0]",
            "[fe80::1%1]:80",
            "::1::",
            "\"192.0.2.1\"",
        ] {
            assert_eq!(address(node), None, "{node}");
        }
    }
}
