//! Accounts at OAuth providers that are shown in a login, and whose they become.

use crate::factors::Factor;
use crate::members::{self, Member, Status};
use crate::oauth_accounts::{self, Arrived, Registered};
use crate::organizations::{self, OauthTenants, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;

/// Gives accounts that are the member's already the id that they have here: what was shown in discovery has one of its own.
pub(super) fn recognise(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    factors: &mut [Factor],
) -> Result<()> {
    let before = member.clone();
    for factor in factors {
        if let Some((arrived, known)) = registered(tx, cx, member, factor)? {
            members::note_account(tx, cx, member, &known.id, &arrived.arrival)?;
            factor.set_account(known.id.as_str());
            oauth_accounts::forget(tx, cx, &arrived)?;
        }
    }
    members::save(tx, cx, "member.update", organization, &before, member)
}

/// The same for somebody who only looks what is open to them: nothing is kept of it.
pub(crate) fn name_accounts(tx: &mut Tx, cx: &Cx, member: &Member, factors: &mut [Factor]) -> Result<()> {
    for factor in factors {
        if let Some((_, known)) = registered(tx, cx, member, factor)? {
            factor.set_account(known.id.as_str());
        }
    }
    Ok(())
}

/// The account of a factor that is the member's already, where it has another id here: as it has arrived, and that registration.
fn registered(tx: &mut Tx, cx: &Cx, member: &Member, factor: &Factor) -> Result<Option<(Arrived, Registered)>> {
    let Some(arrived) = arrived(tx, cx, member, factor)? else { return Ok(None) };
    let known = oauth_accounts::registered(tx, cx, &member.organization_id, &arrived.arrival.account)?;
    Ok(known.filter(|known| known.member_id == member.member_id).map(|known| (arrived, known)))
}

/// The member of an organization whose an account is that was shown in this login.
pub(crate) fn member_of_accounts(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    factors: &[Factor],
) -> Result<Option<Member>> {
    for arrived in taken(tx, cx, factors)? {
        let known = oauth_accounts::registered(tx, cx, &organization.organization_id, &arrived.arrival.account)?;
        let Some(known) = known else { continue };
        if let Some(member) = members::find_any(tx, organization, &known.member_id)? {
            return Ok(Some(member).filter(|member| member.status != Status::Deleted));
        }
    }
    Ok(None)
}

/// The organizations in which accounts that were shown in this login are a member's, with the member.
pub(crate) fn memberships_of_accounts(tx: &mut Tx, cx: &Cx, factors: &[Factor]) -> Result<Vec<(Organization, Member)>> {
    let mut found = Vec::new();
    for arrived in taken(tx, cx, factors)? {
        for (organization, member) in oauth_accounts::organizations_of(tx, cx, &arrived.arrival.account)? {
            if let Some(organization) = organizations::find_by_id(tx, cx.project(), &organization)?
                && let Some(member) = members::find_any(tx, &organization, &member)?
            {
                found.push((organization, member));
            }
        }
    }
    Ok(found)
}

/// The tenants that providers have said somebody to be of whose accounts were shown in this login.
pub(crate) fn tenants_of_accounts(tx: &mut Tx, cx: &Cx, factors: &[Factor]) -> Result<Vec<OauthTenants>> {
    let taken = taken(tx, cx, factors)?;
    Ok(taken.iter().filter_map(|arrived| arrived.arrival.account.oauth_tenants()).collect())
}

/// The accounts of a login that have arrived and are nobody's in it yet.
fn taken(tx: &mut Tx, cx: &Cx, factors: &[Factor]) -> Result<Vec<Arrived>> {
    let mut taken = Vec::new();
    for id in factors.iter().filter_map(Factor::account) {
        taken.extend(oauth_accounts::find_taken(tx, cx, id)?);
    }
    Ok(taken)
}

/// Makes accounts that were shown in this login the member's, whom something in it has proven to be the one who logs in (threats
/// T-21, T-24). One that is another member's stays theirs.
pub(super) fn link(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    factors: &mut [Factor],
) -> Result<()> {
    let before = member.clone();
    for factor in factors {
        let Some(arrived) = arrived(tx, cx, member, factor)? else { continue };
        if oauth_accounts::registered(tx, cx, &member.organization_id, &arrived.arrival.account)?.is_none() {
            members::note_account(tx, cx, member, &arrived.id, &arrived.arrival)?;
            if member.name.is_empty() {
                member.name = members::name_from(arrived.arrival.account.full_name.as_deref());
            }
            oauth_accounts::forget(tx, cx, &arrived)?;
        }
    }
    members::save(tx, cx, "member.update", organization, &before, member)
}

/// The account of a factor that has arrived and is not the member's yet.
fn arrived(tx: &mut Tx, cx: &Cx, member: &Member, factor: &Factor) -> Result<Option<Arrived>> {
    let Some(id) = factor.account() else { return Ok(None) };
    let is_known = member.oauth_registrations.iter().any(|known| known.member_oauth_registration_id == id);
    if is_known { Ok(None) } else { oauth_accounts::find_taken(tx, cx, id) }
}
