//! Domains that belong to mail providers rather than to the people who have addresses there.
//!
//! `update.py` makes the lists `free.txt` and `disposable.txt`, from public sources and from two lists that are written by
//! hand: `more.txt`, which no source has, and `companies.txt`, which the sources have in error.

use crate::public_suffix::registrable;

/// Providers known by name under any top-level domain: `yahoo.com`, `yahoo.co.uk`, `yahoo.fr`.
const COMMON_LABELS: &str = "gmail aol yahoo icloud hotmail msn comcast live outlook att earthlink me mac sbcglobal \
    verizon ig mail hey laposte wanadoo googlemail orange rediffmail uol bol free gmx yandex ymail libero";

/// Free mail providers, sorted, one a line.
static FREE: &[u8] = include_bytes!("free.txt");
/// Providers of throw-away addresses, sorted, one a line.
static DISPOSABLE: &[u8] = include_bytes!("disposable.txt");

/// Whether a domain in its final spelling is one of a mail provider.
pub(super) fn is_common(domain: &str) -> bool {
    has_common_label(domain) || contains(FREE, domain)
}

/// Whether a domain in its final spelling, or one above it, is one of a provider of throw-away addresses.
pub(super) fn is_disposable(domain: &str) -> bool {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, parent)| parent))
        .any(|domain| contains(DISPOSABLE, domain))
}

/// The label that was registered decides, so a company's own `gmail.acme.com` is not Gmail. Which label that is, the
/// Public Suffix List says (publicsuffix.org).
fn has_common_label(domain: &str) -> bool {
    let label = registrable(domain).and_then(|registrable| registrable.split('.').next());
    label.is_some_and(|label| COMMON_LABELS.split(' ').any(|common| common == label))
}

/// Binary search for a line. The lists are searched where they lie in the program, which costs nothing at start-up;
/// their comment sorts before any name.
fn contains(list: &[u8], name: &str) -> bool {
    let is_end = |byte: &u8| *byte == b'\n';
    // Both always stand at the beginning of a line, or at the end of the list.
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = list[low..middle].iter().rposition(is_end).map_or(low, |end| low + end + 1);
        let end = list[middle..].iter().position(is_end).map_or(list.len(), |end| middle + end);
        match list[start..end].cmp(name.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::EmailDomain;
    use super::*;

    fn common(domain: &str) -> bool {
        EmailDomain::parse(domain).unwrap().is_common()
    }

    fn disposable(domain: &str) -> bool {
        EmailDomain::parse(domain).unwrap().is_disposable()
    }

    fn names(list: &'static [u8]) -> impl Iterator<Item = &'static str> {
        std::str::from_utf8(list).unwrap().lines().filter(|line| !line.starts_with('#'))
    }

    #[test]
    fn t26_common_labels_count_under_every_top_level_domain() {
        for label in COMMON_LABELS.split(' ') {
            for end in ["com", "co.uk", "com.br", "fr"] {
                assert!(common(&format!("{label}.{end}")), "{label}.{end}");
            }
        }
        for domain in ["GMAIL.com", "mail.ru", "yahoo.co.jp", "mx.gmail.com", "ymail.com", "free.fr"] {
            assert!(common(domain), "{domain}");
        }
    }

    #[test]
    fn t26_common_labels_count_only_where_they_were_registered() {
        let texts = "
            gmail.acme.com mail.acme.co.uk me.example.org notgmail.example.org gmail-inc.com acme.com acme.live
            home.me";
        for domain in texts.split_whitespace() {
            assert!(!common(domain), "{domain}");
        }
    }

    #[test]
    fn t26_free_providers_are_common() {
        let texts = "
            proton.me qq.com naver.com 163.com web.de zoho.com privaterelay.appleid.com tuta.com";
        for domain in texts.split_whitespace() {
            assert!(common(domain), "{domain}");
        }
        for domain in ["example.com", "example.org", "stytch.com", "google.com", "harvard.edu", "gov.uk"] {
            assert!(!common(domain), "{domain}");
        }
    }

    #[test]
    fn t26_the_lists_by_hand_are_in_the_lists_that_are_made() {
        let of_hand = |text: &'static str| text.lines().filter(|line| !line.starts_with('#'));
        for name in of_hand(include_str!("more.txt")) {
            assert!(contains(FREE, name) || contains(DISPOSABLE, name), "{name}: run update.py");
        }
        for name in of_hand(include_str!("companies.txt")) {
            assert!(!common(name) && !disposable(name), "{name}: run update.py");
        }
    }

    #[test]
    fn throw_away_addresses_are_disposable() {
        let texts = "
            mailinator.com yopmail.com guerrillamail.com 33mail.com jane.33mail.com a.b.mailinator.com";
        for domain in texts.split_whitespace() {
            assert!(disposable(domain), "{domain}");
        }
        let texts = "
            gmail.com proton.me example.com amailinator.example mailinator.com.example.org uw.edu.pl acme.za.com";
        for domain in texts.split_whitespace() {
            assert!(!disposable(domain), "{domain}");
        }
    }

    #[test]
    fn lists_are_sorted_and_in_final_spelling() {
        for (list, at_least) in [(FREE, 14_000), (DISPOSABLE, 120_000)] {
            assert!(list.starts_with(b"# Made by update.py ") && list.ends_with(b"\n"));
            let names: Vec<_> = names(list).collect();
            assert!(names.len() > at_least);
            assert!(names.is_sorted_by(|one, next| one < next));
            for name in names {
                assert_eq!(EmailDomain::parse(name).unwrap().as_str(), name);
                assert!(contains(list, name), "{name}");
                // A country's suffix in a list would take all of its schools or companies with it.
                let suffix = psl::suffix(name.as_bytes()).unwrap();
                assert!(suffix != name.as_bytes() || suffix.typ() == Some(psl::Type::Private), "{name} is a suffix");
            }
        }
    }

    #[test]
    fn search_finds_lines_only() {
        let list = b"# comment\naa.com\nb.com\ncc.com\n";
        for name in ["aa.com", "b.com", "cc.com"] {
            assert!(contains(list, name), "{name}");
        }
        for name in ["", "a.com", "aa.co", "aa.comm", "bb.com", "c.com", "0.com", "zz.com", "aa.com\nb.com"] {
            assert!(!contains(list, name), "{name:?}");
        }
        assert!(contains(b"aa.com", "aa.com") && !contains(b"", "aa.com"));
    }
}
