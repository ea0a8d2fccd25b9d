//! From pending or invited to active, to deleted, and back.

use super::{Member, Status, email_change, oauth_registration, operations, registration, store};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::time;

/// Records that the person has proven to read mail at the member's address.
pub(crate) fn prove_email(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    proven: &EmailAddress,
) -> Result<()> {
    let before = member.clone();
    member.email_address_verified |= *proven == member.email_address;
    operations::save(tx, cx, "member.update", organization, &before, member)
}

/// Minutes within which another login to the same organization is not noted.
const NOTED_EVERY: i64 = 10;

/// A pending or invited member becomes active with the first login that succeeds.
pub(crate) fn logged_in(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    proven: Option<&EmailAddress>,
) -> Result<()> {
    let before = member.clone();
    member.status = Status::Active;
    member.email_address_verified |= proven == Some(&member.email_address);
    store::note_login(tx, member, cx.now(), time::after_minutes(cx.now(), -NOTED_EVERY))?;
    operations::save(tx, cx, "member.update", organization, &before, member)
}

/// Deletes a member: the password, sessions and outstanding links end, the address becomes free. The row stays, for reactivation.
pub(super) fn delete(tx: &mut Tx, cx: &Cx, organization: &Organization, mut member: Member) -> Result<()> {
    let before = member.clone();
    member.status = Status::Deleted;
    email_change::take_password(tx, &mut member)?;
    registration::end(tx, &mut member)?;
    oauth_registration::end_all(tx, &mut member)?;
    operations::save(tx, cx, "member.delete", organization, &before, &mut member)?;
    operations::end_sessions(tx, cx, &mut member, None)
}

/// Brings a deleted member back. What ended with the deletion stays ended.
pub(super) fn reactivate(tx: &mut Tx, cx: &Cx, organization: &Organization, mut member: Member) -> Result<Member> {
    if member.status != Status::Deleted {
        return Err(ApiError::NoDeletedMember.into());
    }
    if !member.email_address_verified {
        return Err(ApiError::EmailUnverifiedForReactivation.into());
    }
    let id = &organization.organization_id;
    if store::owner_of_email(tx, id, &member.email_address)?.is_some() {
        return Err(ApiError::ReactivationEmailTaken.into());
    }
    organizations::check_claimed(tx, cx.project(), Some(id), &member.email_address)?;
    let before = member.clone();
    member.status = Status::Active;
    // Retired addresses that others have taken since stay theirs.
    let mut kept = Vec::new();
    for retired in std::mem::take(&mut member.retired_email_addresses) {
        if store::owner_of_email(tx, id, &retired.email_address)?.is_none() {
            kept.push(retired);
        }
    }
    member.retired_email_addresses = kept;
    operations::save(tx, cx, "member.reactivate", organization, &before, &mut member)?;
    Ok(member)
}
