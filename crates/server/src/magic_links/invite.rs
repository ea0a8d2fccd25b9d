//! Inviting people.

use super::link::{self, ASKED, MINUTES, Mailing};
use crate::actor::Actor;
use crate::mailing::{self, LocaleName, MAIL};
use crate::members::{self, CREATE, Member, MemberName, MemberResponse, NewMember, Status, check_roles};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::redirect_urls::{self, Asked, Flow};
use database::Tx;
use foundation::audit::{self, Whose};
use foundation::cx::{Cx, Via};
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Result};
use foundation::id::MemberId;
use foundation::metadata::{self, Metadata};
use foundation::rbac::RoleId;
use foundation::rbac::resource::MEMBER;
use foundation::text::OrEmpty;
use frame::{Call, endpoint};
use mail::Inviter;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Invite {
    organization_id: OrganizationRef,
    /// Who is invited: the link is mailed there. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// Where the link leads; a registered URL.
    #[schemars(with = "Option<Asked>")]
    invite_redirect_url: Option<String>,
    /// The member who invites. The id, not the external id.
    invited_by_member_id: Option<String>,
    /// The person's name.
    #[schemars(with = "Option<MemberName>")]
    name: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    trusted_metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    untrusted_metadata: Option<Metadata>,
    /// The mail template; the built-in one when absent.
    invite_template_id: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// Roles to give to the member directly.
    roles: Option<Vec<RoleId>>,
    /// For how many minutes the link works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = *MINUTES.end()))]
    invite_expiration_minutes: Option<i64>,
}

/// Invite someone by mail.
///
/// Makes the member, or moves a pending one to invited. Deleting the member revokes the invitation.
#[endpoint(
    "magic_links.invite",
    POST "/v1/b2b/magic_links/email/invite",
    browser POST "/sdk/v1/b2b/magic_links/email/invite" takes(
        email_address, invite_redirect_url, invite_template_id, name, untrusted_metadata, locale, roles,
        invite_expiration_minutes
    ),
    requires(MEMBER, "create"),
    errors(
        OrganizationNotFound, MemberNotFound, InactiveEmail, InvalidEmailForInvites, CannotUpdateTrustedMetadata,
        InvalidRbacRoleAssignment, InvalidInviteRedirectUrl, NoInviteRedirectUrlsSet, NoDefaultInviteRedirectUrl,
        ..ASKED, ..MAIL, ..CREATE
    )
)]
pub(super) fn invite(tx: &mut Tx, cx: &Call<Actor>, input: Invite) -> Result<MemberResponse> {
    invite_member(tx, cx, input)
}

/// Invites somebody, as far as whoever acts may.
pub(crate) fn invite_member(tx: &mut Tx, cx: &Cx, input: Invite) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    require_for(cx, &input)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let domain = EmailDomain::parse(email.domain()).map_err(|_| ApiError::InvalidEmail)?;
    if !organization.settings.lets_domain_be_invited(&domain) {
        return Err(ApiError::InvalidEmailForInvites.into());
    }
    let inviter = inviter(tx, cx, &organization, input.invited_by_member_id.as_deref())?;
    mailing::check_template(input.invite_template_id.as_deref())?;
    let mailing = Mailing {
        redirect_url: redirect_urls::choose(tx, cx, Flow::Invite, input.invite_redirect_url.as_deref())?,
        pkce_code_challenge: None,
        locale: mailing::locale(input.locale.as_deref())?,
        inviter,
        minutes: link::minutes(input.invite_expiration_minutes, *MINUTES.end())?,
    };
    let roles = match input.roles {
        Some(roles) => Some(check_roles(tx, cx, &organization, roles)?),
        None => None,
    };
    let invited = match members::find_by_email(tx, &organization, &email)? {
        Some(member) if member.status == Status::Active => return Err(ApiError::DuplicateMemberEmail.into()),
        Some(before) => {
            let mut member = before.clone();
            require_changes(cx, &before, &input.name, &input.untrusted_metadata, &roles)?;
            if let Some(roles) = roles.as_ref().filter(|roles| **roles != before.direct_roles) {
                cx.require_reach(&before.role_ids())?;
                members::require_given(cx, &organization, roles, &before.email_address)?;
            }
            member.status = Status::Invited;
            member.name = input.name.unwrap_or(member.name);
            member.direct_roles = roles.unwrap_or(member.direct_roles);
            member.trusted_metadata = metadata::merge(&before.trusted_metadata, input.trusted_metadata)?;
            member.untrusted_metadata = metadata::merge(&before.untrusted_metadata, input.untrusted_metadata)?;
            members::save(tx, cx, "member.update", &organization, &before, &mut member)?;
            member
        }
        None => {
            let new = NewMember {
                name: input.name.unwrap_or_default(),
                roles: roles.unwrap_or_default(),
                trusted_metadata: input.trusted_metadata,
                untrusted_metadata: input.untrusted_metadata,
                ..NewMember::with_email(email, Status::Invited)
            };
            members::create_absent(tx, cx, &organization, new)?
        }
    };
    link::send_invitation(tx, cx, &organization, &invited, mailing)?;
    let whose = Whose::Member(&organization.organization_id, &invited.member_id);
    audit::record(tx, cx, "member.invite", whose, &invited.member_id, mailing::mail_to(&invited.email_address))?;
    Ok(MemberResponse::new(invited, organization))
}

/// Who invites: the acting member, or whom the app's backend names. A member cannot invite in another's name.
fn inviter(tx: &mut Tx, cx: &Cx, organization: &Organization, named: Option<&str>) -> Result<Option<Inviter>> {
    let named = match named.filter(|id| !id.is_empty()) {
        Some(id) => {
            let id = MemberId::parse(id).ok_or(ApiError::MemberNotFound)?;
            Some(members::find_by_id(tx, organization, &id)?)
        }
        None => None,
    };
    let member = match &cx.acting {
        // A setup link is nobody whose name would tell anything.
        Some(_) if matches!(cx.via, Via::SetupLink(_)) => None,
        Some(acting) => Some(members::find_by_id(tx, organization, &acting.member_id)?),
        None => named,
    };
    Ok(member.map(|member| Inviter {
        name: Some(member.name).filter(|name| !name.is_empty()),
        email: member.email_address.to_string(),
    }))
}

/// Inviting someone who is known already changes them; that takes the same permissions as any other change (T-70).
fn require_changes(
    cx: &Cx,
    before: &Member,
    name: &Option<String>,
    untrusted_metadata: &Option<Metadata>,
    roles: &Option<Vec<RoleId>>,
) -> Result<()> {
    let gates = [
        (name.as_ref().is_some_and(|name| *name != before.name), "update.info.name"),
        (untrusted_metadata.is_some(), "update.info.untrusted-metadata"),
        (roles.as_ref().is_some_and(|roles| *roles != before.direct_roles), "update.settings.roles"),
    ];
    let mut changed = gates.into_iter().filter(|(changes, _)| *changes);
    changed.try_for_each(|(_, action)| cx.require(MEMBER, action))
}

/// Giving roles takes the permission for that too (T-70).
fn require_for(cx: &Cx, input: &Invite) -> Result<()> {
    if cx.acting.is_some() && input.trusted_metadata.is_some() {
        return Err(ApiError::CannotUpdateTrustedMetadata.into());
    }
    match input.roles.as_ref().is_some_and(|roles| !roles.is_empty()) {
        true => cx.require(MEMBER, "update.settings.roles"),
        false => Ok(()),
    }
}
