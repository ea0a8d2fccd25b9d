//! Role-based access control: what roles allow. Roles add up; nothing denies; there is no hierarchy.

mod defaults;
mod endpoints;
pub(crate) mod resource;
mod store;
mod validation;

pub(crate) use endpoints::endpoints;
pub(crate) use store::project_policy;
pub use validation::set_project_policy;

use crate::error::Result;
use crate::organizations::Organization;
use crate::projects::Project;
use database::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a role.
pub(crate) type RoleId = String;

/// The role every member has, always.
pub(crate) const MEMBER_ROLE: &str = "stytch_member";
/// The role of whoever creates an organization by discovery.
pub(crate) const ADMIN_ROLE: &str = "stytch_admin";

/// What exists to be done, and which roles may do it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    pub roles: Vec<Role>,
    pub resources: Vec<Resource>,
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// A role and its permissions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    pub role_id: RoleId,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

/// Actions on one resource; `*` stands for all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Permission {
    pub resource_id: String,
    pub actions: Vec<String>,
}

/// A kind of thing and what can be done to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    pub resource_id: String,
    #[serde(default)]
    pub description: String,
    pub actions: Vec<String>,
}

/// An OAuth scope and the permissions a member needs to grant it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    pub scope: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

impl Policy {
    /// Whether one of the roles grants the action.
    pub(crate) fn allows(&self, roles: &[RoleId], resource: &str, action: &str) -> bool {
        self.granting(roles, resource, action).next().is_some()
    }

    /// Those of the roles that grant the action.
    pub(crate) fn granting<'a>(
        &'a self,
        roles: &'a [RoleId],
        resource: &'a str,
        action: &'a str,
    ) -> impl Iterator<Item = &'a RoleId> {
        let grants = move |role: &Role| {
            let permission =
                |p: &Permission| p.resource_id == resource && p.actions.iter().any(|a| a == "*" || a == action);
            role.permissions.iter().any(permission)
        };
        self.roles.iter().filter(move |role| roles.contains(&role.role_id) && grants(role)).map(|role| &role.role_id)
    }

    /// Whether a member can be given the role.
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r.role_id == role)
    }
}

/// The policy of the project together with the organization's own roles.
pub(crate) fn policy_of(tx: &mut Tx, project: &Project, organization: &Organization) -> Result<Policy> {
    let mut policy = store::project_policy(tx, &project.id)?;
    policy.roles.extend(organization.settings.custom_roles.iter().cloned());
    Ok(policy)
}
