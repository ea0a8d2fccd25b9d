//! The hops of a header line, from the right.
//!
//! From the right also where quotes are read: what a proxy has appended must not mean something else because of what stands
//! to its left, which may be a client's.

use super::node;
use std::net::IpAddr;

/// Longer elements are not read.
const LONGEST: usize = 256;

/// The hops of `X-Forwarded-For`. `None` for one that is no address.
pub(super) fn of_x_forwarded_for(line: &[u8]) -> impl Iterator<Item = Option<IpAddr>> {
    FromTheRight { rest: Some(line), quotes: false }.map(|element| node::address(text(element?)?))
}

/// The hops of `Forwarded` (RFC 7239, 4). `None` for one that is no address.
pub(super) fn of_forwarded(line: &[u8]) -> impl Iterator<Item = Option<IpAddr>> {
    FromTheRight { rest: Some(line), quotes: true }.map(|element| node::address(node_for(text(element?)?)?))
}

fn text(element: &[u8]) -> Option<&str> {
    std::str::from_utf8(element).ok().map(|text| text.trim_matches([' ', '\t']))
}

/// The value of `for`, which may be there once (RFC 7239, 4).
fn node_for(element: &str) -> Option<&str> {
    let mut found = None;
    // A semicolon in quotes makes pairs of no sense, and so no address.
    for pair in element.split(';') {
        let (name, value) = pair.split_once('=')?;
        if name.trim_matches([' ', '\t']).eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
    }
    let value = found?.trim_matches([' ', '\t']);
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(value),
    }
}

/// The elements of a list, the last one first. `None` for one that cannot be read; there is nothing to its left then.
struct FromTheRight<'a> {
    rest: Option<&'a [u8]>,
    /// Whether commas in quotes belong to their element.
    quotes: bool,
}

impl<'a> Iterator for FromTheRight<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.rest.take()?;
        let mut quoted = false;
        for (index, byte) in line.iter().enumerate().rev() {
            if line.len() - index > LONGEST {
                return Some(None);
            }
            match byte {
                b',' if !quoted => {
                    self.rest = Some(&line[..index]);
                    return Some(Some(&line[index + 1..]));
                }
                b'"' if self.quotes => quoted = !quoted,
                // Which quotes are quoted themselves cannot be told from the right.
                b'\\' if self.quotes => return Some(None),
                _ => {}
            }
        }
        Some(Some(line).filter(|_| !quoted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(line: &str, quotes: bool) -> Vec<Option<&str>> {
        FromTheRight { rest: Some(line.as_bytes()), quotes }
            .map(|e| e.map(|e| std::str::from_utf8(e).unwrap()))
            .collect()
    }

    #[test]
    fn lists_are_read_from_the_right() {
        assert_eq!(elements("a, b,c", false), [Some("c"), Some(" b"), Some("a")]);
        assert_eq!(elements("", false), [Some("")]);
        assert_eq!(elements(",", false), [Some(""), Some("")]);
        assert_eq!(elements("a\",b", false), [Some("b"), Some("a\"")]);
        assert_eq!(elements("a=\"1,2\",b=\"3\"", true), [Some("b=\"3\""), Some("a=\"1,2\"")]);
    }

    #[test]
    fn what_stands_to_the_left_changes_nothing() {
        for left in ["\"", "a=\"", "a=\"\\\"", "for=192.0.2.9;x=\"", "\\", "\"\"\""] {
            for right in ["for=192.0.2.1", "for=\"[2001:db8::1]:80\";proto=https"] {
                let line = format!("{left},{right}");
                assert_eq!(elements(&line, true)[0], Some(right), "{line}");
            }
        }
    }

    #[test]
    fn nothing_is_left_of_what_cannot_be_read() {
        assert_eq!(elements("a,\"b", true), [None]);
        assert_eq!(elements("a,\"\\\"\",b", true), [Some("b"), None]);
        let long = format!("a,{},b", "x".repeat(LONGEST + 1));
        assert_eq!(elements(&long, false), [Some("b"), None]);
    }

    #[test]
    fn a_forwarded_element_says_whom_it_is_for() {
        for (element, expected) in [
            ("for=192.0.2.1", Some("192.0.2.1")),
            ("FOR=192.0.2.1", Some("192.0.2.1")),
            ("for=\"192.0.2.1:80\"", Some("192.0.2.1:80")),
            ("proto=https;for=192.0.2.1;by=_x", Some("192.0.2.1")),
            ("proto=https; for=192.0.2.1 ", Some("192.0.2.1")),
            ("for=unknown", Some("unknown")),
            ("for=", Some("")),
            ("for=\"", None),
            ("for=\"x", None),
            ("proto=https", None),
            ("for=192.0.2.1;for=192.0.2.2", None),
            ("for=192.0.2.1;For=192.0.2.1", None),
            ("for", None),
            ("for=192.0.2.1;rubbish", None),
            ("by=\"a;for=192.0.2.1\"", Some("192.0.2.1\"")),
            ("", None),
        ] {
            assert_eq!(node_for(element), expected, "{element}");
        }
    }
}
