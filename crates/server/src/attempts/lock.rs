//! Beginning and ending locks.

use super::{Target, store};
use crate::members::{self, Lock, Member};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{Error, Result};
use foundation::time;

/// Locks: nothing that could be guessed is looked at until it is over. The member, if there is one, shows it.
pub(super) fn begin(tx: &mut Tx, cx: &Cx, target: &Target) -> Result<()> {
    let until = time::after_minutes(cx.now(), cx.project().settings.lock_minutes);
    store::lock(tx, &target.key(cx), cx.now(), until)?;
    if let Some((organization, mut member)) = member_of(tx, cx, target)? {
        let lock = Lock { created_at: cx.now(), expires_at: until };
        members::set_lock(tx, cx, "member.lock", &organization, &mut member, Some(lock))?;
    }
    Ok(())
}

fn member_of(tx: &mut Tx, cx: &Cx, target: &Target) -> Result<Option<(Organization, Member)>> {
    let id = match target {
        Target::Primary { organization, .. } | Target::Second { organization, .. } => organization,
        Target::Discovery { .. } => return Ok(None),
    };
    let Some(organization) = organizations::find_by_id(tx, cx.project(), id)? else { return Ok(None) };
    let member = match target {
        Target::Second { member, .. } => members::find_any(tx, &organization, member)?,
        Target::Primary { email, .. } | Target::Discovery { email } => {
            members::find_by_email(tx, &organization, email).or_else(|error| match error {
                // A retired address is nobody's to log in with.
                Error::Api(..) => Ok(None),
                fault => Err(fault),
            })?
        }
    };
    Ok(member.map(|member| (organization, member)))
}

/// Ends all locks of a member, and what was counted.
pub(super) fn end(tx: &mut Tx, cx: &Cx, organization: &Organization, member: &mut Member) -> Result<()> {
    let (id, email): (_, &EmailAddress) = (&organization.organization_id, &member.email_address);
    let targets = [
        Target::Primary { organization: id, email },
        Target::Second { organization: id, member: &member.member_id },
        Target::Discovery { email },
    ];
    for target in targets {
        store::forget(tx, &target.key(cx))?;
    }
    members::set_lock(tx, cx, "member.unlock", organization, member, None)
}
