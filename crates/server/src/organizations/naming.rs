//! What an organization is called when the person who creates it does not say.

use super::latin::latin;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;

/// The longest organization name and slug.
const MAX_LENGTH: usize = 128;

/// The name of the organization, and the slug to begin the search for a free one with, from its creator's address.
///
/// People of a company get the company's domain. Where anyone can have an address, and at universities (`.edu`), where
/// one domain has many independent groups, it is the person's own part of the address.
pub(crate) fn organization_name_from(email: &EmailAddress) -> (String, String) {
    let domain = email.domain();
    let is_providers = |domain: EmailDomain| domain.is_common() || domain.is_disposable();
    let is_shared = EmailDomain::parse(domain).is_ok_and(is_providers) || domain.ends_with(".edu");
    let name = if is_shared { email.local_part() } else { domain };
    (name.chars().take(MAX_LENGTH).collect(), slug_from(name))
}

/// The nearest slug: 2 to 128 lower-case letters, digits and `- . _ ~`. What is none of them becomes a hyphen.
fn slug_from(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._~".contains(c);
    let slug: String = latin(name).chars().take(MAX_LENGTH).map(|c| if allowed(c) { c } else { '-' }).collect();
    match slug.trim_matches('-') {
        "" => "org".into(),
        // A single character is too short.
        slug if slug.len() < 2 => format!("{slug}-org"),
        slug => slug.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn from(email: &str) -> (String, String) {
        organization_name_from(&EmailAddress::parse(email).unwrap())
    }

    fn pair(name: &str, slug: &str) -> (String, String) {
        (name.into(), slug.into())
    }

    #[test]
    fn companies_give_their_domain() {
        assert_eq!(from("jane@Acme.com"), pair("acme.com", "acme.com"));
        assert_eq!(from("jane@eu.acme.co.uk"), pair("eu.acme.co.uk", "eu.acme.co.uk"));
        assert_eq!(from("jane@gmail.acme.com"), pair("gmail.acme.com", "gmail.acme.com"));
        assert_eq!(from("jane@education.com"), pair("education.com", "education.com"));
    }

    #[test]
    fn shared_domains_give_the_local_part() {
        assert_eq!(from("Jane.Doe@gmail.com"), pair("jane.doe", "jane.doe"));
        assert_eq!(from("jane_doe@proton.me"), pair("jane_doe", "jane_doe"));
        assert_eq!(from("jane@mailinator.com"), pair("jane", "jane"));
        assert_eq!(from("jane@cs.mit.edu"), pair("jane", "jane"));
        assert_eq!(from("jane+work@gmail.com"), pair("jane+work", "jane-work"));
    }

    #[test]
    fn slugs_are_never_too_short_or_too_long() {
        assert_eq!(from("j@gmail.com"), pair("j", "j-org"));
        assert_eq!(from("!@gmail.com"), pair("!", "org"));
        assert_eq!(from("+j+@gmail.com"), pair("+j+", "j-org"));
        let label = "d".repeat(60);
        let (name, slug) = from(&format!("jane@{label}.{label}.{label}.com"));
        assert_eq!((name.len(), slug.len()), (128, 128));
    }

    proptest! {
        #[test]
        fn slugs_are_slugs(local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,64}") {
            let (name, slug) = from(&format!("{local}@gmail.com"));
            prop_assert!((1..=128).contains(&name.len()));
            prop_assert!((2..=128).contains(&slug.len()));
            prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._~".contains(c)));
        }
    }
}
