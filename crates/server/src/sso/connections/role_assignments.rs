//! The roles that a connection gives, as requests and answers say them.

use super::{Connection, ConnectionRole, GroupRole};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::rbac::RoleId;
use foundation::text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many rules of a kind a connection has at most.
pub(super) const MOST: usize = 100;

text! {
    /// A role, which has to exist.
    Role: Bytes { length: 1..=128 };
    /// A group, as the identity provider spells it.
    Group: Line { length: 1..=256 };
}

/// A role for all who log in by the connection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct ConnectionRoleAssignment {
    /// The role that is given.
    #[schemars(with = "Role")]
    role_id: RoleId,
}

/// A role for those who log in by the connection and are in the group.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(super) struct GroupRoleAssignment {
    /// The role that is given.
    #[schemars(with = "Role")]
    role_id: RoleId,
    /// The name of the group, exactly as the provider sends it.
    #[schemars(with = "Group")]
    group: String,
}

/// As answers show them.
pub(super) fn shown(connection: &Connection) -> (Vec<ConnectionRoleAssignment>, Vec<GroupRoleAssignment>) {
    let (of_all, of_groups) = connection.roles();
    let of_groups = of_groups.iter().map(|role| (role.role_id.clone(), role.group.clone()));
    (
        of_all.iter().map(|role| ConnectionRoleAssignment { role_id: role.role_id.clone() }).collect(),
        of_groups.map(|(role_id, group)| GroupRoleAssignment { role_id, group }).collect(),
    )
}

/// The roles of all that a request gives, each once. What is there already stays as it is.
///
/// # Errors
/// `invalid_argument` when they are too many.
pub(super) fn of_all(
    before: &[ConnectionRole],
    given: Option<&[ConnectionRoleAssignment]>,
) -> Result<Vec<ConnectionRole>> {
    let Some(given) = given else { return Ok(before.to_vec()) };
    require_few(given.len())?;
    let mut roles: Vec<ConnectionRole> = Vec::new();
    for ConnectionRoleAssignment { role_id } in given.iter().cloned() {
        let known = before.iter().find(|known| known.role_id == role_id).cloned();
        let role = known.unwrap_or_else(|| ConnectionRole { role_id, unknown: Default::default() });
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

/// The roles of groups that a request gives, each once. What is there already stays as it is.
///
/// # Errors
/// `invalid_argument` when they are too many, or one has no group.
pub(super) fn of_groups(before: &[GroupRole], given: Option<&[GroupRoleAssignment]>) -> Result<Vec<GroupRole>> {
    let Some(given) = given else { return Ok(before.to_vec()) };
    require_few(given.len())?;
    let mut roles: Vec<GroupRole> = Vec::new();
    for GroupRoleAssignment { role_id, group } in given.iter().cloned() {
        if !Group::fits(&group) {
            return Err(ApiError::InvalidArgument.because("A group has 1 to 256 characters."));
        }
        let known = before.iter().find(|known| known.role_id == role_id && known.group == group).cloned();
        let role = known.unwrap_or_else(|| GroupRole { role_id, group, unknown: Default::default() });
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

fn require_few(given: usize) -> Result<()> {
    if given > MOST {
        return Err(ApiError::InvalidArgument.because(format!("A connection has at most {MOST} rules of a kind.")));
    }
    Ok(())
}

/// See [`organizations::check_role_rules`].
pub(super) fn check(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: Option<&Connection>,
    after: &Connection,
) -> Result<()> {
    let before = before.map(pairs).unwrap_or_default();
    organizations::check_role_rules(tx, cx, organization, &before, &pairs(after), |(role, _)| role)
}

/// Which roles, and to which groups of those who log in.
fn pairs(connection: &Connection) -> Vec<(RoleId, Option<String>)> {
    let (of_all, of_groups) = connection.roles();
    let of_all = of_all.iter().map(|role| (role.role_id.clone(), None));
    of_all.chain(of_groups.iter().map(|role| (role.role_id.clone(), Some(role.group.clone())))).collect()
}
