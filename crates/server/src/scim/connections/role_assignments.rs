//! The roles that groups give, as requests and answers say them.

use super::{Connection, GroupRole};
use crate::organizations::{self, Organization};
use crate::scim::directory;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::ScimGroupId;
use foundation::rbac::RoleId;
use foundation::text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many rules a connection has at most.
pub(super) const MOST: usize = 100;

text! {
    /// A role, which has to exist.
    Role: Bytes { length: 1..=128 };
}

/// A role for those who are in the group.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct GivenAssignment {
    /// The role that they get.
    #[schemars(with = "Role")]
    role_id: RoleId,
    /// The id of a group of the connection.
    #[serde(default)]
    group_id: String,
}

/// The same, with the name of the group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Assignment {
    /// The role that members of the group have.
    role_id: RoleId,
    /// The id of the group.
    group_id: String,
    /// The group's name, as the directory calls it.
    group_name: String,
}

/// As answers show them: those of groups that are there.
pub(super) fn shown(tx: &mut Tx, connection: &Connection) -> Result<Vec<Assignment>> {
    let roles = &connection.settings.group_roles;
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = roles.iter().map(|role| role.group_id.clone()).collect();
    let groups = directory::named(tx, &connection.organization_id, &connection.connection_id, &ids)?;
    let shown = roles.iter().filter_map(|role| {
        let group = groups.iter().find(|group| group.id.as_str() == role.group_id)?;
        let (role_id, group_id) = (role.role_id.clone(), role.group_id.clone());
        Some(Assignment { role_id, group_id, group_name: group.display_name.clone() })
    });
    Ok(shown.collect())
}

/// The roles that a request gives, each once. What is there already stays as it is.
///
/// # Errors
/// `scim_group_role_assignment_does_not_contain_group_id`, `scim_group_role_assignment_group_does_not_exist`;
/// `invalid_argument` when they are too many.
pub(super) fn read(tx: &mut Tx, connection: &Connection, given: &[GivenAssignment]) -> Result<Vec<GroupRole>> {
    if given.len() > MOST {
        return Err(ApiError::InvalidArgument.because(format!("A connection has at most {MOST} rules.")));
    }
    if given.iter().any(|given| given.group_id.is_empty()) {
        return Err(ApiError::ScimGroupRoleWithoutGroup.into());
    }
    let parsed: Option<Vec<_>> = given.iter().map(|given| ScimGroupId::parse(&given.group_id)).collect();
    let ids = parsed.ok_or(ApiError::ScimGroupRoleOfUnknownGroup)?;
    let texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let groups = directory::named(tx, &connection.organization_id, &connection.connection_id, &texts)?;
    let mut roles: Vec<GroupRole> = Vec::new();
    for (GivenAssignment { role_id, .. }, id) in given.iter().zip(&ids) {
        if !groups.iter().any(|group| group.id == *id) {
            return Err(ApiError::ScimGroupRoleOfUnknownGroup.into());
        }
        let is_it = |known: &&GroupRole| known.role_id == *role_id && known.group_id == id.as_str();
        let role = connection.settings.group_roles.iter().find(is_it).cloned().unwrap_or_else(|| GroupRole {
            role_id: role_id.clone(),
            group_id: id.to_string(),
            unknown: Default::default(),
        });
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

/// See [`organizations::check_role_rules`].
pub(super) fn check(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: &Connection,
    after: &Connection,
) -> Result<()> {
    let (before, after) = (&before.settings.group_roles, &after.settings.group_roles);
    organizations::check_role_rules(tx, cx, organization, before, after, |rule| &rule.role_id)
}
