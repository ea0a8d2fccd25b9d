//! Members whom a directory says to come and go.

use super::{Member, Status, email_change, oauth_registration, operations, registration, store};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::{EmailId, MemberId};
use foundation::rbac::ADMIN_ROLE;

/// A deleted member who had this address.
pub(crate) fn find_deleted(tx: &mut Tx, organization: &Organization, email: &EmailAddress) -> Result<Option<Member>> {
    let member = store::find_deleted(tx, &organization.organization_id, email)?;
    Ok(operations::with_roles(organization, member))
}

/// Whether somebody else was given the role of administrators.
pub(crate) fn has_other_administrator(tx: &mut Tx, organization: &Organization, member: &MemberId) -> Result<bool> {
    store::has_other_with_role(tx, &organization.organization_id, ADMIN_ROLE, member)
}

/// Deletes a member whose account the directory has ended: the password, logins by SSO, sessions and outstanding links end,
/// and what was given to them by hand is theirs no more. Whatever else differs from `before` is stored along with it.
pub(crate) fn deprovision(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: &Member,
    member: &mut Member,
) -> Result<()> {
    member.status = Status::Deleted;
    member.direct_roles.clear();
    member.is_breakglass = false;
    email_change::take_password(tx, member)?;
    registration::end(tx, member)?;
    oauth_registration::end_all(tx, member)?;
    operations::save(tx, cx, "member.delete", organization, before, member)?;
    operations::end_sessions(tx, cx, member, None)
}

/// Brings a deleted member back, with the address that the directory says now. Nobody has proven it here.
///
/// # Errors
/// `duplicate_member_email`, `email_domain_is_claimed`.
pub(crate) fn bring_back(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: &Member,
    member: &mut Member,
    email: EmailAddress,
) -> Result<()> {
    let id = &organization.organization_id;
    if store::owner_of_email(tx, id, &email)?.is_some() {
        return Err(ApiError::DuplicateMemberEmail.into());
    }
    organizations::check_claimed(tx, cx.project(), Some(id), &email)?;
    if member.email_address != email {
        member.email_id = EmailId::new(cx.project().environment);
        member.email_address = email;
        member.email_address_verified = false;
    }
    member.status = Status::Active;
    // Retired addresses that others have taken since stay theirs.
    let mut kept = Vec::new();
    for retired in std::mem::take(&mut member.retired_email_addresses) {
        let is_free = store::owner_of_email(tx, id, &retired.email_address)?.is_none();
        if is_free && retired.email_address != member.email_address {
            kept.push(retired);
        }
    }
    member.retired_email_addresses = kept;
    operations::save(tx, cx, "member.reactivate", organization, before, member)
}
