//! How a request names an organization.

use crate::error::{ApiError, Result};
use crate::id::OrganizationId;
use schemars::JsonSchema;
use serde::Deserialize;

/// An `organization_id` of a request: the id, the slug or the external id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct OrganizationRef(pub(crate) String);

impl OrganizationRef {
    /// The id, when it is one.
    pub(super) fn id(&self) -> Option<OrganizationId> {
        OrganizationId::parse(&self.0)
    }
}

/// An id that the app gives to an organization or a member: 1 to 128 characters.
pub(crate) struct ExternalId;

impl ExternalId {
    /// Checks it.
    pub(crate) fn check(text: &str, error: ApiError) -> Result<()> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-|".contains(&b);
        if (1..=128).contains(&text.len()) && text.bytes().all(allowed) { Ok(()) } else { Err(error.into()) }
    }
}

/// Checks a slug: 2 to 128 letters, digits and - . _ ~ .
///
/// # Errors
/// Also when it looks like an organization id, which it would hide.
pub(super) fn check_slug(slug: &str) -> Result<()> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let fits = (2..=128).contains(&slug.len()) && slug.bytes().all(allowed);
    if fits && OrganizationId::parse(slug).is_none() { Ok(()) } else { Err(ApiError::InvalidOrganizationSlug.into()) }
}

/// A slug made from a name: "Acme, Inc." becomes "acme-inc".
pub(super) fn slug_from(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").to_ascii_lowercase().chars().take(100).collect();
    if slug.len() < 2 { "organization".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_checked_and_made() {
        for good in ["ab", "a-b.c_d~e", "ACME", &"x".repeat(128)] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        let id = OrganizationId::new(crate::id::Environment::Test);
        for bad in ["", "a", "a b", "ä-ö", "a/b", &"x".repeat(129), id.as_str()] {
            assert!(check_slug(bad).is_err(), "{bad}");
        }
        assert_eq!(slug_from("Acme, Inc."), "acme-inc");
        assert_eq!(slug_from("日本"), "organization");
    }
}
