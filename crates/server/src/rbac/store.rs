use super::{Policy, defaults};
use crate::error::Result;
use crate::id::ProjectId;
use database::{Json, Timestamp, Tx, args};

/// The project's policy; the default one where none was set.
pub(crate) fn project_policy(tx: &mut Tx, project: &ProjectId) -> Result<Policy> {
    let row =
        tx.optional::<(Json<Policy>,)>("SELECT policy FROM rbac_policies WHERE project_id = $1", args![project])?;
    Ok(row.map_or_else(defaults::policy, |(Json(policy),)| policy))
}

pub(super) fn set_project_policy(tx: &mut Tx, project: &ProjectId, policy: &Policy, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO rbac_policies (project_id, policy, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (project_id) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at",
        args![project, Json(policy), now],
    )?;
    Ok(())
}
