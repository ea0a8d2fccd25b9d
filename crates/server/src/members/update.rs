//! What an update of a member may change, and who may change it.

use super::operations::{MemberName, check_name};
use super::profile::Time;
use super::{Member, SsoRegistration, check_roles};
use crate::organizations::{ConnectionRole, ExternalId, MfaMethod, Organization};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::AnySpelling;
use foundation::error::{ApiError, Result};
use foundation::metadata::{self, Metadata};
use foundation::phone_number::PhoneNumber;
use foundation::rbac::RoleId;
use foundation::rbac::resource::MEMBER;
use foundation::text;
use serde::Deserialize;

/// The fields of a member that an update takes. What is absent stays as it is.
#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
pub(crate) struct MemberUpdate {
    /// The person's name.
    #[schemars(with = "Option<MemberName>")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    pub(crate) trusted_metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    pub(crate) untrusted_metadata: Option<Metadata>,
    /// Whether the member is exempt from the organization's restrictions of methods, so that somebody can always get
    /// in.
    pub(crate) is_breakglass: Option<bool>,
    /// The phone number for codes (E.164).
    #[schemars(with = "Option<PhoneNumber>")]
    pub(crate) mfa_phone_number: Option<String>,
    /// Whether the member is asked for a second factor though the organization does not require one.
    pub(crate) mfa_enrolled: Option<bool>,
    /// The roles to give directly; they replace those that were.
    pub(crate) roles: Option<Vec<RoleId>>,
    /// Whether sessions go on that were begun by an SSO connection which gives a role, too, that is taken away.
    pub(crate) preserve_existing_sessions: Option<bool>,
    /// The second factor that the member is asked for first; it has to be set up. Empty for none.
    #[schemars(extend("enum" = text::words_or_null(MfaMethod::ALL.iter().map(|method| method.as_str()))))]
    pub(crate) default_mfa_method: Option<String>,
    /// A new address. It counts as not verified, and the password goes; only the backend may say it.
    #[schemars(with = "Option<AnySpelling>")]
    pub(crate) email_address: Option<String>,
    /// The app's own id for the member, one of a kind in the organization. It can be given wherever a `member_id` is.
    #[schemars(with = "Option<ExternalId>")]
    pub(crate) external_id: Option<String>,
    /// Whether the old address is forgotten instead of being reserved for the member; `false` when absent.
    pub(crate) unlink_email: Option<bool>,
}

impl MemberUpdate {
    /// A member needs a permission for each field they change: on `stytch.member`, or for many fields of their own
    /// account on `stytch.self`.
    pub(super) fn require(&self, cx: &Cx, target: &Member) -> Result<()> {
        let Some(acting) = cx.acting.as_ref() else { return Ok(()) };
        if self.trusted_metadata.is_some() {
            return Err(ApiError::CannotUpdateTrustedMetadata.into());
        }
        if self.external_id.is_some() {
            return Err(ApiError::UnauthorizedAction.because("External ids are given by the backend only."));
        }
        if self.preserve_existing_sessions == Some(true) {
            return Err(ApiError::CannotPreserveExistingSessions.into());
        }
        if self.email_address.is_some() && acting.member_id == target.member_id {
            return Err(ApiError::MemberCannotUpdateTheirEmail.into());
        }
        let own_too = [
            (self.name.is_some(), "update.info.name"),
            (self.untrusted_metadata.is_some(), "update.info.untrusted-metadata"),
            (self.mfa_phone_number.is_some(), "update.info.mfa-phone"),
            (self.mfa_enrolled.is_some(), "update.settings.mfa-enrolled"),
            (self.default_mfa_method.is_some(), "update.settings.default-mfa-method"),
        ];
        for (_, action) in own_too.into_iter().filter(|(given, _)| *given) {
            cx.require_on_member(&target.member_id, action)?;
        }
        let by_others_only = [
            (self.is_breakglass.is_some(), "update.settings.is-breakglass"),
            (self.roles.is_some(), "update.settings.roles"),
            (self.email_address.is_some(), "update.info.email"),
        ];
        for (_, action) in by_others_only.into_iter().filter(|(given, _)| *given) {
            cx.require(MEMBER, action)?;
        }
        if self.mfa_phone_number.is_some() || self.mfa_enrolled.is_some() {
            cx.require_second_factor()?;
        }
        if self.takes_over() { cx.require_reach_of(&target.member_id, &target.role_ids()) } else { Ok(()) }
    }

    /// Whether it changes what the member gets in with, or may do: all but what merely describes them.
    fn takes_over(&self) -> bool {
        self.is_breakglass.is_some()
            || self.mfa_phone_number.is_some()
            || self.mfa_enrolled.is_some()
            || self.default_mfa_method.is_some()
            || self.roles.is_some()
            || self.email_address.is_some()
    }

    /// Makes the changes, the address aside.
    pub(crate) fn apply(self, tx: &mut Tx, cx: &Cx, organization: &Organization, member: &mut Member) -> Result<()> {
        if let Some(name) = self.name {
            member.name = check_name(name)?;
        }
        member.trusted_metadata = metadata::merge(&member.trusted_metadata, self.trusted_metadata)?;
        member.untrusted_metadata = metadata::merge(&member.untrusted_metadata, self.untrusted_metadata)?;
        if let Some(is_breakglass) = self.is_breakglass {
            member.is_breakglass = is_breakglass;
        }
        if let Some(phone) = self.mfa_phone_number {
            let phone = PhoneNumber::parse(&phone).map_err(|_| ApiError::InvalidPhoneNumber)?.as_str().to_owned();
            if !member.mfa_phone_number.is_empty() && member.mfa_phone_number != phone {
                return Err(ApiError::DuplicateMemberPhoneNumberForMember.into());
            }
            member.mfa_phone_number = phone;
        }
        if let Some(enrolled) = self.mfa_enrolled {
            member.mfa_enrolled = enrolled;
        }
        if let Some(method) = self.default_mfa_method {
            member.default_mfa_method = default_mfa_method(method, member)?;
        }
        if let Some(id) = self.external_id {
            ExternalId::check(&id, ApiError::InvalidMemberExternalId)?;
            member.external_id = Some(id);
        }
        if let Some(roles) = self.roles {
            let roles = check_roles(tx, cx, organization, roles)?;
            if self.preserve_existing_sessions != Some(true) {
                end_logins_that_give_too(member, organization, &roles, cx.now());
            }
            member.direct_roles = roles;
        }
        Ok(())
    }
}

/// A role that is taken away, and that a connection gives too, is one only of who logs in by that anew.
fn end_logins_that_give_too(member: &mut Member, organization: &Organization, left: &[RoleId], now: Timestamp) {
    let taken: Vec<_> = member.direct_roles.iter().filter(|role| !left.contains(role)).collect();
    let gives = |registration: &&SsoRegistration| {
        let is_given = |role: &ConnectionRole| taken.contains(&&role.role_id) && role.is_given_to(&registration.groups);
        organization.sso_connection(&registration.connection_id).is_some_and(|known| known.roles.iter().any(is_given))
    };
    let ended = member.sso_registrations.iter().filter(gives).map(|registration| registration.connection_id.clone());
    let ended: Vec<_> = ended.collect();
    member.sso_logins_since.extend(ended.into_iter().map(|id| (id, Time(now))));
}

fn default_mfa_method(method: String, member: &Member) -> Result<String> {
    let known = MfaMethod::parse(&method).ok_or(ApiError::InvalidMfaDefaultMethod)?;
    if member.has_mfa_method(known) { Ok(method) } else { Err(ApiError::DefaultMfaMissingFactor.into()) }
}
