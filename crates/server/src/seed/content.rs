//! What seeded organizations and members look like. The same numbers always give the same.

use crate::members::{NewMember, Status};
use crate::organizations::NewOrganization;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::metadata::Metadata;
use foundation::rbac::ADMIN_ROLE;
use serde_json::{Value, json};

const QUALITIES: &[&str] = &["Amber", "Bright", "Cobalt", "Distant", "Eastern", "Granite", "Quiet", "Silver"];
const THINGS: &[&str] = &["Bridge", "Field", "Foundry", "Harbour", "Ledger", "Orchard", "Signal", "Timber"];
const FIRST_NAMES: &[&str] = &["Ada", "Alan", "Barbara", "Donald", "Edsger", "Frances", "Grace", "Ken", "Radia", "Tim"];
const LAST_NAMES: &[&str] = &["Allen", "Hopper", "Knuth", "Lamarr", "Liskov", "Lovelace", "Perlman", "Ritchie"];
const DEPARTMENTS: &[&str] = &["Engineering", "Finance", "Operations", "Sales", "Support"];
const LOCALES: &[&str] = &["de", "en", "es", "fr"];
const PLANS: &[&str] = &["business", "enterprise", "starter"];
/// One of so many members is an administrator.
const ADMIN_EVERY: u64 = 20;

/// A sequence of numbers that is always the same for the same beginning (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64, index: u64) -> Self {
        let mut numbers = Self(seed);
        let start = numbers.next();
        Self(start ^ index)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        let index = self.next() % list.len() as u64;
        list[usize::try_from(index).unwrap_or_default()]
    }
}

pub(super) fn organization(seed: u64, index: u64) -> Result<NewOrganization> {
    let mut numbers = Numbers::new(seed, index);
    let (quality, thing) = (numbers.one_of(QUALITIES), numbers.one_of(THINGS));
    let name = format!("{quality} {thing} {index}");
    let slug = format!("{}-{}-{seed}-{index}", quality.to_lowercase(), thing.to_lowercase());
    let domain = domain(&slug);
    let settings = json!({
        "organization_logo_url": format!("https://images.{domain}/brand/logo-256.png"),
        "email_allowed_domains": [domain],
        "email_jit_provisioning": numbers.one_of(&["RESTRICTED", "NOT_ALLOWED"]),
        "email_invites": numbers.one_of(&["ALL_ALLOWED", "RESTRICTED"]),
        "auth_methods": "RESTRICTED",
        "allowed_auth_methods": ["magic_link", "sso", "google_oauth"],
        "mfa_policy": "OPTIONAL",
    });
    Ok(NewOrganization {
        name,
        slug: Some(slug),
        default_slug: None,
        external_id: Some(format!("account-{seed}-{index}")),
        trusted_metadata: object(json!({
            "plan": numbers.one_of(PLANS),
            "seats": 5 + numbers.next() % 500,
            "billing": { "customer": format!("customer-{:016x}", numbers.next()), "currency": "EUR" },
            "region": numbers.one_of(&["eu-central", "us-east", "us-west"]),
        })),
        settings: serde_json::from_value(settings).map_err(Error::internal)?,
    })
}

/// `slug` is the organization's. Members are counted through the whole project.
pub(super) fn member(seed: u64, index: u64, slug: &str) -> Result<NewMember> {
    let mut numbers = Numbers::new(!seed, index);
    let (first, last) = (numbers.one_of(FIRST_NAMES), numbers.one_of(LAST_NAMES));
    let email = format!("{}.{}.{index}@{}", first.to_lowercase(), last.to_lowercase(), domain(slug));
    let email = EmailAddress::parse(&email).map_err(|_| ApiError::InvalidEmail)?;
    Ok(NewMember {
        email_verified: true,
        name: format!("{first} {last}"),
        external_id: Some(format!("user-{seed}-{index}")),
        roles: if numbers.next().is_multiple_of(ADMIN_EVERY) { vec![ADMIN_ROLE.to_owned()] } else { Vec::new() },
        trusted_metadata: object(json!({
            "employee_number": format!("E-{:08}", numbers.next() % 100_000_000),
            "department": numbers.one_of(DEPARTMENTS),
            "cost_center": format!("CC-{:04}", numbers.next() % 10_000),
            "entitlements": ["projects", "reports", "exports"],
        })),
        untrusted_metadata: object(json!({
            "locale": numbers.one_of(LOCALES),
            "theme": numbers.one_of(&["dark", "light"]),
            "onboarding": { "step": numbers.next() % 6, "dismissed": numbers.next().is_multiple_of(2) },
        })),
        ..NewMember::with_email(email, Status::Active)
    })
}

/// Of a top-level domain that nobody can have (RFC 2606, section 2).
fn domain(slug: &str) -> String {
    format!("{slug}.example")
}

fn object(value: Value) -> Option<Metadata> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_numbers_give_the_same() {
        let told = |seed, index| {
            let (o, m) = (organization(seed, index).unwrap(), member(seed, index, "acme").unwrap());
            let metadata = (o.trusted_metadata, m.trusted_metadata, m.untrusted_metadata);
            (o.name, o.slug, o.settings.gives_invites(), m.email, m.name, m.roles, metadata)
        };
        assert_eq!(told(1, 7), told(1, 7));
        assert_ne!(told(1, 7), told(1, 8));
        assert_ne!(told(1, 7), told(2, 7));
    }

    #[test]
    fn the_largest_numbers_still_make_a_slug_and_a_domain() {
        let largest = organization(u64::MAX, 9_999_999).unwrap().slug.unwrap();
        assert!(member(u64::MAX, u64::MAX, &largest).is_ok(), "{largest}");
    }

    #[test]
    fn some_members_administer_and_most_do_not() {
        let admins = (0..2000).filter(|&i| !member(1, i, "acme").unwrap().roles.is_empty()).count();
        assert!((50..200).contains(&admins), "{admins}");
    }
}
