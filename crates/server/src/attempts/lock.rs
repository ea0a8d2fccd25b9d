//! Beginning and ending locks.

use super::{Target, mail, store};
use crate::members::{self, Lock, Member};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::OrganizationId;
use foundation::time;

/// Minutes within which the link that ends a lock of second factors is mailed once: who reads somebody's mail is whom second
/// factors are there to keep out.
const SECOND_AGAIN: i64 = 24 * 60;

/// Locks: nothing that could be guessed is looked at until it is over. A member shows it, and is mailed a link that ends it;
/// for an address that is nobody's the same work is done (threat T-45).
pub(super) fn begin(tx: &mut Tx, cx: &Cx, target: &Target) -> Result<()> {
    let until = time::after_minutes(cx.now(), cx.project().settings.lock_minutes);
    let before = store::find(tx, &target.key(cx))?.and_then(|counted| counted.locked_at);
    store::lock(tx, &target.key(cx), cx.now(), until)?;
    let Some(id) = target.organization() else { return Ok(()) };
    let Some(organization) = organizations::find_by_id(tx, cx.project(), id)? else { return Ok(()) };
    let mut member = member_of(tx, &organization, target)?;
    if let Some(member) = &mut member {
        let lock = Lock { created_at: cx.now(), expires_at: until };
        members::set_lock(tx, cx, "member.lock", &organization, member, Some(lock))?;
    }
    let is_again = before.is_some_and(|at| time::after_minutes(at, SECOND_AGAIN) > cx.now());
    match target {
        Target::Second { .. } if is_again => Ok(()),
        _ => mail::send(tx, cx, target, &organization, member.as_ref()),
    }
}

fn member_of(tx: &mut Tx, organization: &Organization, target: &Target) -> Result<Option<Member>> {
    match target {
        Target::Second { member, .. } => members::find_any(tx, organization, member),
        Target::Primary { email, .. } | Target::Discovery { email } => {
            members::find_by_present_email(tx, organization, email)
        }
    }
}

/// What is counted for a member.
fn targets<'a>(organization: &'a OrganizationId, member: &'a Member) -> [Target<'a>; 3] {
    let (email, member): (&EmailAddress, _) = (&member.email_address, &member.member_id);
    [Target::Primary { organization, email }, Target::Second { organization, member }, Target::Discovery { email }]
}

/// Has passwords and codes of a member accepted again: they have come in another way.
pub(crate) fn end_of_primary(tx: &mut Tx, cx: &Cx, organization: &Organization, member: &mut Member) -> Result<()> {
    end(tx, cx, organization, member, |target| !matches!(target, Target::Second { .. }))
}

/// Has all proofs of a member looked at again.
pub(crate) fn end_locks(tx: &mut Tx, cx: &Cx, organization: &Organization, member: &mut Member) -> Result<()> {
    end(tx, cx, organization, member, |_| true)
}

/// Ends the locks of some of a member's targets, and forgets what was counted. The member shows what is left.
pub(super) fn end(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    ends: impl Fn(&Target) -> bool,
) -> Result<()> {
    let (id, known) = (&organization.organization_id, member.clone());
    let mut left: Option<Lock> = None;
    for target in targets(id, &known) {
        if ends(&target) {
            store::unlock(tx, &target.key(cx))?;
            continue;
        }
        if target.organization().is_none() {
            continue;
        }
        let counted = store::find(tx, &target.key(cx))?;
        let lock = counted
            .and_then(|counted| Some(Lock { created_at: counted.locked_at?, expires_at: counted.locked_until? }));
        let lasts =
            |lock: &Lock| lock.expires_at > cx.now() && left.is_none_or(|left| left.expires_at < lock.expires_at);
        left = lock.filter(lasts).or(left);
    }
    members::set_lock(tx, cx, "member.unlock", organization, member, left)
}
