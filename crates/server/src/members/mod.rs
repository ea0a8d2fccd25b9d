//! Members: one person's account inside one organization.

mod admission;
mod directory;
mod email_change;
mod endpoints;
mod groups;
mod lifecycle;
mod lock;
mod notice;
mod oauth_registration;
mod operations;
pub(crate) mod operator;
mod profile;
mod reference;
mod registration;
mod roles;
mod scim_registration;
mod search;
mod store;
mod undefined_roles;
mod update;

pub(crate) use admission::{require_admission, require_admission_of};
pub(crate) use directory::{bring_back, deprovision, find_deleted, has_other_administrator};
pub(crate) use email_change::{CHANGE_EMAIL, EmailChange, change_email, check_free, take_password};
pub(crate) use endpoints::{
    ById as MemberById, MemberResponse, Update as UpdateMember, delete_member, endpoints, find_for, update_member,
};
pub(crate) use groups::put_into_groups;
pub(crate) use lifecycle::{logged_in, prove_email};
pub(crate) use lock::{ENDED_LOCKS, Lock, set_lock};
pub(crate) use notice::{About, notify, notify_about};
pub(crate) use oauth_registration::{OauthRegistration, end_account, note_account};
pub(crate) use operations::{
    CREATE, MemberName, NewMember, administrators, create, create_absent, end_sessions, find, find_any, find_anywhere,
    find_by_email, find_by_id, find_by_present_email, find_some, has_proven_member_of_domain, memberships, name_from,
    prefetch_by_email, require_free_phone, save, some_after,
};
pub(crate) use reference::MemberRef;
pub(crate) use registration::TABLES as REGISTRATION_TABLES;
pub(crate) use registration::{
    RegistrationKey, SsoRegistration, find_by_registration, note, prefetch_by_registration, register,
};
pub(crate) use roles::{check_roles, require_given};
pub(crate) use scim_registration::*;
pub(crate) use search::{Search, run as search};
pub(crate) use store::TABLES;
pub(crate) use undefined_roles::take_undefined_roles;
pub(crate) use update::MemberUpdate;

use crate::organizations::{MfaMethod, Organization};
use database::Timestamp;
use foundation::email_address::EmailAddress;
use foundation::id::{EmailId, MemberId, OrganizationId, ProjectId};
use foundation::metadata::Metadata;
use foundation::rbac::{ADMIN_ROLE, RoleId};
use foundation::stored::Unread;
use foundation::wire_enum;
use profile::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

wire_enum! {
    /// Where a member stands.
    pub(crate) Status(SearchInvalidStatus) {
        /// Has logged in, or was made so by the backend.
        Active = "active",
        /// Was made, and has not logged in yet.
        Pending = "pending",
        /// Has been invited, and has not come.
        Invited = "invited",
        /// Was deleted; can be brought back.
        Deleted = "deleted",
    }
}

/// An address that a member had. It stays reserved for them until it is unlinked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RetiredEmail {
    /// The id of the address, by which it can be freed for others.
    pub email_id: EmailId,
    /// The address that the member had; lower case.
    pub email_address: EmailAddress,
}

/// A role and why the member has it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct MemberRole {
    /// The role.
    pub role_id: RoleId,
    /// Why the member has it. It is theirs as long as there is one.
    pub sources: Vec<RoleSource>,
}

/// Why a member has a role: `direct_assignment`, `email_assignment` with the domain, `sso_connection` with the connection,
/// `sso_connection_group` with that and the group, or `scim_connection_group` with the connection and the group's id.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct RoleSource {
    /// How the role was given.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["direct_assignment", "email_assignment", "sso_connection", "sso_connection_group", "scim_connection_group"]))]
    pub kind: &'static str,
    /// What the role came by: `email_domain`, `connection_id`, or `connection_id` and `group` or `group_id`. Empty for
    /// `direct_assignment`.
    pub details: Value,
}

/// A member, as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Member {
    #[serde(skip)]
    pub(crate) project_id: ProjectId,
    /// Counts its changes.
    #[serde(skip)]
    pub(crate) revision: i64,
    /// How often all sessions were ended.
    #[serde(skip)]
    pub(crate) session_generation: i64,
    /// When that was last done. What was proven before counts for them no more.
    #[serde(skip)]
    pub(crate) sessions_ended_at: Option<Timestamp>,
    /// What a newer program has stored beside the columns.
    #[serde(skip)]
    unread_profile: Unread,
    /// The member's organization.
    pub organization_id: OrganizationId,
    pub member_id: MemberId,
    /// The app's own id for the member; unique in the organization.
    pub external_id: Option<String>,
    /// The member's address, in lower case; one of a kind in the organization.
    pub email_address: EmailAddress,
    /// Whether the member has shown that they read mail at the address.
    pub email_address_verified: bool,
    #[serde(skip)]
    pub(crate) email_id: EmailId,
    /// Addresses that the member had. They stay reserved until they are unlinked.
    pub retired_email_addresses: Vec<RetiredEmail>,
    /// Where the member stands.
    pub status: Status,
    /// The person's name. Empty when nobody has said it.
    pub name: String,
    /// Whether the member is exempt from the organization's restrictions of methods, so that somebody can always get
    /// in.
    pub is_breakglass: bool,
    /// Whether the member has the role `stytch_admin`.
    pub is_admin: bool,
    #[serde(skip)]
    pub(crate) direct_roles: Vec<RoleId>,
    /// Roles given directly, and those that follow from the email domain, from a login by SSO, or from groups of a directory.
    pub roles: Vec<MemberRole>,
    /// Whether the member is asked for a second factor though the organization does not require one.
    pub mfa_enrolled: bool,
    /// The phone number for codes (E.164). Empty for none.
    pub mfa_phone_number: String,
    /// Whether the member has shown that they get messages to the number.
    pub mfa_phone_number_verified: bool,
    /// The second factor that the member is asked for first: `sms_otp`, `totp`, or empty.
    #[schemars(extend("enum" = ["", "sms_otp", "totp"]))]
    pub default_mfa_method: String,
    /// The id of the member's authenticator app. Empty for none.
    pub totp_registration_id: String,
    /// Whether the member has a passkey.
    pub has_passkey: bool,
    /// The id of the member's password; another with each that is set. Empty for none.
    pub member_password_id: String,
    /// The accounts at identity providers that the member has logged in with.
    pub sso_registrations: Vec<SsoRegistration>,
    /// By connection, since when logins by it count, where those before have ended.
    #[serde(skip)]
    pub(crate) sso_logins_since: BTreeMap<String, Time>,
    /// The accounts at OAuth providers that the member has logged in with.
    pub oauth_registrations: Vec<OauthRegistration>,
    /// What the directory says of the member, where one has made them a member by SCIM; `null` for all others.
    pub scim_registration: Option<ScimRegistration>,
    /// What the app keeps here, and only the backend writes.
    pub trusted_metadata: Metadata,
    /// What the app keeps here, and the member may write, too.
    pub untrusted_metadata: Metadata,
    /// Whether too many proofs that can be guessed have failed: none is looked at until the lock is over.
    pub is_locked: bool,
    /// When the lock began (RFC 3339); `null` while there is none.
    #[serde(with = "foundation::time::optional")]
    #[schemars(with = "Option<String>")]
    pub lock_created_at: Option<Timestamp>,
    /// When the lock ends by itself (RFC 3339); `null` while there is none.
    #[serde(with = "foundation::time::optional")]
    #[schemars(with = "Option<String>")]
    pub lock_expires_at: Option<Timestamp>,
    /// When it was made (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it last changed (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
}

impl Member {
    /// The ids of all roles the member has.
    pub(crate) fn role_ids(&self) -> Vec<RoleId> {
        self.roles.iter().map(|role| role.role_id.clone()).collect()
    }

    /// The second factors that are set up.
    pub(crate) fn has_mfa_method(&self, method: MfaMethod) -> bool {
        match method {
            MfaMethod::SmsOtp => !self.mfa_phone_number.is_empty(),
            MfaMethod::Totp => !self.totp_registration_id.is_empty(),
        }
    }

    /// Whether a second factor is set up. A passkey is one.
    pub(crate) fn has_second_factor(&self) -> bool {
        self.has_passkey || MfaMethod::ALL.iter().any(|method| self.has_mfa_method(*method))
    }

    /// Without what the app keeps with the member.
    pub(crate) fn without_metadata(self) -> Self {
        Self { trusted_metadata: Metadata::new(), untrusted_metadata: Metadata::new(), ..self }
    }

    /// As far as somebody gets to see it who has said the member's address and has not shown that it is theirs (threat T-21).
    pub(crate) fn for_stranger(self) -> Self {
        Self {
            external_id: None,
            retired_email_addresses: Vec::new(),
            name: String::new(),
            roles: Vec::new(),
            is_admin: false,
            mfa_phone_number: String::new(),
            mfa_phone_number_verified: false,
            default_mfa_method: String::new(),
            totp_registration_id: String::new(),
            member_password_id: String::new(),
            sso_registrations: Vec::new(),
            oauth_registrations: Vec::new(),
            scim_registration: None,
            ..self.without_metadata()
        }
    }

    fn set_roles(&mut self, organization: &Organization) {
        // A connection that is gone says nothing any more.
        self.sso_registrations.retain(|known| organization.sso_connection(&known.connection_id).is_some());
        self.scim_registration.take_if(|known| organization.scim_connection(&known.connection_id).is_none());
        let registrations = (&self.sso_registrations[..], self.scim_registration.as_ref());
        self.roles = roles::roles_of(&self.direct_roles, &self.email_address, registrations, organization);
        self.is_admin = self.roles.iter().any(|role| role.role_id == ADMIN_ROLE);
    }
}
