//! From pending or invited to active, to deleted, and back.

use super::{Member, Status, operations, store};
use crate::error::{ApiError, Result};
use crate::http::{Caller, Cx};
use crate::organizations::{self, Organization};
use crate::{magic_links, sessions};
use database::Tx;

/// Records that the person has just proven to read mail at the member's address.
pub(crate) fn prove_email<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: &Organization,
    member: &mut Member,
) -> Result<()> {
    if member.email_address_verified {
        return Ok(());
    }
    let before = member.clone();
    member.email_address_verified = true;
    operations::save(tx, cx.now(), organization, &before, member)
}

/// A pending or invited member becomes active with the first login that succeeds.
pub(crate) fn activate<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: &Organization,
    member: &mut Member,
) -> Result<()> {
    if member.status == Status::Active {
        return Ok(());
    }
    let before = member.clone();
    member.status = Status::Active;
    operations::save(tx, cx.now(), organization, &before, member)
}

/// Deletes a member: sessions and outstanding links end, the address becomes free. The row stays, for reactivation.
pub(super) fn delete<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: &Organization,
    mut member: Member,
) -> Result<()> {
    let before = member.clone();
    member.status = Status::Deleted;
    operations::save(tx, cx.now(), organization, &before, &mut member)?;
    sessions::revoke_all_of(tx, &mut member, None)?;
    magic_links::revoke_all_of(tx, &organization.organization_id, &member.member_id)
}

/// Brings a deleted member back. What ended with the deletion stays ended.
pub(super) fn reactivate<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: &Organization,
    mut member: Member,
) -> Result<Member> {
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
    operations::save(tx, cx.now(), organization, &before, &mut member)?;
    Ok(member)
}
