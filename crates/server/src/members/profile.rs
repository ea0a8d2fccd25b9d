//! What of a member is neither looked up nor filtered by, as it is stored.

use super::{Member, OauthRegistration, RetiredEmail, ScimRegistration, SsoRegistration};
use database::Timestamp;
use foundation::id::{EmailId, Environment};
use foundation::metadata::Metadata;
use foundation::rbac::RoleId;
use foundation::stored::{Fields, Stored};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A time, as it is stored in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Time(#[serde(with = "foundation::time")] pub(crate) Timestamp);

/// What of a member is neither looked up nor filtered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    // Every member has one: it is missing only while the fields are looked at one by one.
    #[serde(default = "no_email_id")]
    pub(super) email_id: EmailId,
    #[serde(default)]
    pub(super) retired_email_addresses: Vec<RetiredEmail>,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) external_id: Option<String>,
    #[serde(default)]
    pub(super) direct_roles: Vec<RoleId>,
    #[serde(default)]
    pub(super) mfa_enrolled: bool,
    #[serde(default)]
    pub(super) mfa_phone_number: String,
    #[serde(default)]
    pub(super) mfa_phone_number_verified: bool,
    #[serde(default)]
    pub(super) default_mfa_method: String,
    #[serde(default)]
    pub(super) totp_registration_id: String,
    // These are left out while they are empty: a version before them reads nothing but the email_id of a profile that has
    // fields which it does not know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_passkey: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sso_registrations: Vec<SsoRegistration>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) sso_logins_since: BTreeMap<String, Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scim_registration: Option<ScimRegistration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) oauth_registrations: Vec<OauthRegistration>,
    #[serde(default)]
    pub(super) trusted_metadata: Metadata,
    #[serde(default)]
    pub(super) untrusted_metadata: Metadata,
}

fn no_email_id() -> EmailId {
    EmailId::from_uuid(Environment::Test, Uuid::nil())
}

impl Fields for Profile {
    fn strictest(field: &str) -> Option<serde_json::Value> {
        (field == "mfa_enrolled").then_some(true.into())
    }
}

/// The profile to be stored: with what was read of it, and what was not.
pub(super) fn of(m: &Member) -> Stored<Profile> {
    let now = Profile {
        email_id: m.email_id.clone(),
        retired_email_addresses: m.retired_email_addresses.clone(),
        name: m.name.clone(),
        external_id: m.external_id.clone(),
        direct_roles: m.direct_roles.clone(),
        mfa_enrolled: m.mfa_enrolled,
        mfa_phone_number: m.mfa_phone_number.clone(),
        mfa_phone_number_verified: m.mfa_phone_number_verified,
        default_mfa_method: m.default_mfa_method.clone(),
        totp_registration_id: m.totp_registration_id.clone(),
        has_passkey: m.has_passkey,
        sso_registrations: m.sso_registrations.clone(),
        sso_logins_since: m.sso_logins_since.clone(),
        scim_registration: m.scim_registration.clone(),
        oauth_registrations: m.oauth_registrations.clone(),
        trusted_metadata: m.trusted_metadata.clone(),
        untrusted_metadata: m.untrusted_metadata.clone(),
    };
    Stored::from_parts(now, m.unread_profile.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_later_version_adds_hides_nothing_else() {
        let email_id = EmailId::from_uuid(Environment::Live, Uuid::max());
        let json = json!({ "email_id": email_id, "name": "Ada", "trusted_metadata": { "level": 3 }, "colour": "red" });
        let read = Stored::<Profile>::read(&json.to_string()).unwrap();
        assert_eq!((&read.email_id, read.name.as_str(), read.trusted_metadata.len()), (&email_id, "Ada", 1));
        assert_eq!(serde_json::to_value(&read).unwrap()["colour"], "red");
    }
}
