//! How a request names an organization.

use super::latin::latin;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, OrganizationId};
use foundation::text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An organization: its id, its slug or its external id.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct OrganizationRef(String);

impl From<String> for OrganizationRef {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl OrganizationRef {
    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The id, when it is one.
    pub(crate) fn id(&self) -> Option<OrganizationId> {
        OrganizationId::parse(&self.0)
    }
}

text! {
    /// An id that the app gives to an organization or a member.
    pub(crate) ExternalId: Word { length: 1..=128, marks: "._-|" };
    /// The name of an organization in URLs.
    pub(crate) Slug: Word { length: 2..=128, marks: "-._~" };
    /// The name of an organization, for people.
    pub(crate) OrganizationName: Line { length: 1..=128 };
}

impl ExternalId {
    /// Checks it.
    ///
    /// # Errors
    /// Also when it could be taken for something else where it is looked up.
    pub(crate) fn check(text: &str, error: ApiError) -> Result<()> {
        if Self::fits(text) && can_be_a_name(text) { Ok(()) } else { Err(error.into()) }
    }
}

/// What stands in paths of the API in the place of a name.
const PARTS_OF_PATHS: &[&str] = &[
    "search",
    "me",
    "members",
    "update",
    "dangerously_get",
    "start_email_update",
    "unlink_retired_email",
    "external_id",
    "metrics",
    "mfa_phone_numbers",
    "totp",
    "webauthn_registrations",
    "oauth_registrations",
    "oauth_providers",
    "deletePhoneNumber",
    "deleteTOTP",
    "recover",
    "rotate",
    "passwords",
    "reactivate",
    "unlock",
    "saml",
    "oidc",
    "external",
    "authenticate",
    "callback",
    "connections",
];

/// Whether a text names nothing else already: an id would hide it, or it an id; and clients drop `.` and `..` from a path
/// before they send it, and so call for something else.
fn can_be_a_name(text: &str) -> bool {
    OrganizationId::parse(text).is_none()
        && MemberId::parse(text).is_none()
        && ![".", ".."].contains(&text)
        && !PARTS_OF_PATHS.iter().any(|part| part.eq_ignore_ascii_case(text))
}

/// Checks a slug.
///
/// # Errors
/// Also when it could be taken for something else where it is looked up.
pub(super) fn check_slug(slug: &str) -> Result<()> {
    if Slug::fits(slug) && can_be_a_name(slug) { Ok(()) } else { Err(ApiError::InvalidOrganizationSlug.into()) }
}

/// A slug made from a name: "Acme, Inc." becomes "acme-inc".
pub(super) fn slug_from(name: &str) -> String {
    let name = latin(name);
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").to_ascii_lowercase().chars().take(100).collect();
    if slug.len() >= 2 && can_be_a_name(&slug) { slug } else { "organization".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::id::Environment;

    #[test]
    fn slugs_are_checked_and_made() {
        for good in ["ab", "a-b.c_d~e", "ACME", "...", "a..", &"x".repeat(128)] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a b", "ä-ö", "a/b", &"x".repeat(129)] {
            assert!(check_slug(bad).is_err(), "{bad}");
        }
        assert_eq!(slug_from("Acme, Inc."), "acme-inc");
        assert_eq!(slug_from("Müller & Cie. Sàrl"), "muller-cie-sarl");
        assert_eq!([slug_from("日本"), slug_from("Search"), slug_from("x")], ["organization"; 3]);
    }

    #[test]
    fn t02_what_names_something_else_is_no_name() {
        let (organization, member) = (OrganizationId::new(Environment::Test), MemberId::new(Environment::Live));
        for bad in [organization.as_str(), member.as_str(), "..", "search", "Search", "me", "MEMBERS"] {
            assert!(check_slug(bad).is_err(), "{bad}");
            assert!(ExternalId::check(bad, ApiError::InvalidMemberExternalId).is_err(), "{bad}");
        }
        assert!(ExternalId::check(".", ApiError::InvalidMemberExternalId).is_err());
        assert!(ExternalId::check("1", ApiError::InvalidMemberExternalId).is_ok());
    }
}
