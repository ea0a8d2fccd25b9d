//! Having somebody set another password.

use super::DELETE;
use crate::actor::Actor;
use crate::members::{self, Member, MemberRef, Status};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::stored_passwords::{self, Holder};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Error, Result};
use foundation::id::MemberId;
use foundation::rbac::resource::MEMBER;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct RequireReset {
    /// Whose password is to be set anew.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// An organization in which the address is a member's. Whoever acts on behalf of a member names their own.
    organization_id: Option<OrganizationRef>,
    /// The member there, who must have this address: the id or the external id.
    member_id: Option<MemberRef>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ResetRequired {
    /// The member's id; `null` where the address has more than one.
    member_id: Option<MemberId>,
    /// The member; `null` where the address has more than one.
    member: Option<Member>,
    /// The organization; `null` where the address has members in more than one.
    organization: Option<Organization>,
}

/// Require that the password of an address is reset.
///
/// Only where passwords are of addresses, in all organizations. Until it was reset by mail, the password opens nothing; where
/// only one active member has the address, it is deleted. A member is not told which.
#[endpoint(
    "passwords.require_reset",
    POST "/v1/b2b/passwords/email/require_reset",
    errors(OrganizationNotFound, MemberNotFound, InvalidEmail, CrossOrgPasswordsNotEnabled, MemberPasswordNotFound)
)]
pub(super) fn require_reset(tx: &mut Tx, cx: &Call<Actor>, input: RequireReset) -> Result<ResetRequired> {
    cx.require(MEMBER, DELETE)?;
    let named = match &input.organization_id {
        Some(organization) => Some(organizations::find_for(tx, cx, organization)?),
        None => {
            cx.require_organization(None)?;
            None
        }
    };
    if !cx.project().settings.cross_org_passwords_enabled {
        return Err(ApiError::CrossOrgPasswordsNotEnabled.into());
    }
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let named = named.map(|organization| {
        let member = member_of(tx, cx, &organization, &email, input.member_id.as_ref())?;
        Ok::<_, Error>((organization, member))
    });
    let mut named = named.transpose()?;
    require(tx, cx, &email, named.as_mut())?;
    let (organization, member) = named.unzip();
    Ok(ResetRequired { member_id: member.as_ref().map(|member| member.member_id.clone()), member, organization })
}

/// The member who has this address, if whoever asks may take a password from them.
fn member_of(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    named: Option<&MemberRef>,
) -> Result<Member> {
    let member = members::find_by_present_email(tx, organization, email)?.ok_or(ApiError::MemberNotFound)?;
    if let Some(reference) = named
        && members::find(tx, organization, reference)?.member_id != member.member_id
    {
        return Err(ApiError::MemberNotFound.into());
    }
    cx.require_reach_of(&member.member_id, &member.role_ids())?;
    Ok(member)
}

fn require(tx: &mut Tx, cx: &Cx, email: &EmailAddress, named: Option<&mut (Organization, Member)>) -> Result<()> {
    let holder = Holder::Address(email.clone());
    let Some(password) = stored_passwords::find(tx, cx, &holder)? else {
        // Whether somebody has a password is no business of the organizations that they are in.
        return if cx.acting.is_none() { Err(ApiError::MemberPasswordNotFound.into()) } else { Ok(()) };
    };
    let everywhere = members::memberships(tx, cx.project(), email)?;
    let active = everywhere.iter().filter(|(_, member)| member.status == Status::Active).count();
    if active > 1 {
        return stored_passwords::require_reset(tx, cx, email, &password.id);
    }
    if let Some((organization, member)) = named {
        let before = member.clone();
        member.member_password_id.clear();
        members::save(tx, cx, "member.update", organization, &before, member)?;
    }
    stored_passwords::delete_of_address(tx, cx, email, &password.id)
}
