use super::super::Member;
use database::{Tx, args};
use foundation::error::Result;
use foundation::tables::{Kept, Old};

/// Locks that members still show when they are over.
pub(crate) const ENDED_LOCKS: Old = Old {
    delete: "UPDATE members SET lock_created_at = NULL, lock_expires_at = NULL, revision = revision + 1
             WHERE (organization_id, id) IN (SELECT organization_id, id FROM members WHERE lock_expires_at < $1
                                             ORDER BY lock_expires_at LIMIT $2)",
    kept: Kept::Minutes(0),
};

pub(super) fn set_lock(tx: &mut Tx, m: &Member) -> Result<()> {
    tx.execute(
        "UPDATE members SET lock_created_at = $3, lock_expires_at = $4, revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        args![&m.organization_id, &m.member_id, m.lock_created_at, m.lock_expires_at],
    )?;
    Ok(())
}
