//! How a member shows that too many proofs have failed. What it refuses is decided by `attempts`.

mod store;

pub(crate) use store::ENDED_LOCKS;

use super::{Member, operations};
use crate::organizations::Organization;
use database::{Timestamp, Tx};
use foundation::audit::Change;
use foundation::cx::Cx;
use foundation::error::Result;

/// When a lock began, and when it is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lock {
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Shows a lock, or that there is none; the action is what the audit log calls it.
pub(crate) fn set_lock(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    organization: &Organization,
    member: &mut Member,
    lock: Option<Lock>,
) -> Result<()> {
    let before = member.clone();
    member.is_locked = lock.is_some();
    member.lock_created_at = lock.map(|lock| lock.created_at);
    member.lock_expires_at = lock.map(|lock| lock.expires_at);
    if before == *member {
        return Ok(());
    }
    member.revision += 1;
    store::set_lock(tx, member)?;
    member.set_roles(organization);
    operations::record(tx, cx, action, member, Change::between(&before, member))
}
