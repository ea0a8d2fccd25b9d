//! Role-based access control: what roles allow. Roles add up; nothing denies; there is no hierarchy.

mod built_in;
mod in_their_place;
pub mod resource;
mod validation;

pub use built_in::{complete, given};
pub use in_their_place::is_done_in_their_place;
pub use validation::{MAX_ROLES, check_organization_roles, check_project_policy};

use crate::stored::Unknown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a role.
pub type RoleId = String;

/// The role every member has, always.
pub const MEMBER_ROLE: &str = "stytch_member";
/// The role of whoever creates an organization by discovery.
pub const ADMIN_ROLE: &str = "stytch_admin";

/// What exists to be done, and which roles may do it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Every role of the project.
    pub roles: Vec<Role>,
    /// Everything that there is to be allowed.
    pub resources: Vec<Resource>,
    /// What apps can be allowed.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// A role and its permissions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// The name of the role, as members have it.
    #[schemars(with = "validation::RoleName")]
    pub role_id: RoleId,
    /// What the role is for, in words for people.
    #[serde(default)]
    #[schemars(length(max = validation::MAX_DESCRIPTION))]
    pub description: String,
    /// What the role allows.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// Actions on one resource; `*` stands for all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Permission {
    /// A resource that the policy has.
    pub resource_id: String,
    /// Actions of the resource that the role may do; `*`, alone, stands for all.
    #[schemars(length(min = 1))]
    pub actions: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// A kind of thing and what can be done to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// The name of the resource, as permissions and checks spell it.
    pub resource_id: String,
    /// What the resource is, in words for people.
    #[serde(default)]
    pub description: String,
    /// All actions that there are on the resource.
    pub actions: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// An OAuth scope and the permissions a member needs to grant it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// The name of the scope.
    pub scope: String,
    /// What the scope lets an app do, in words for people.
    #[serde(default)]
    pub description: String,
    /// What the scope allows.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

impl Policy {
    /// Whether one of the roles grants the action.
    pub fn allows(&self, roles: &[RoleId], resource: &str, action: &str) -> bool {
        self.granting(roles, resource, action).next().is_some()
    }

    /// Those of the roles that grant the action.
    pub fn granting<'a>(
        &'a self,
        roles: &'a [RoleId],
        resource: &'a str,
        action: &'a str,
    ) -> impl Iterator<Item = &'a RoleId> {
        granting(&self.roles, roles, resource, action)
    }

    /// A permission, resource and action, that the roles `theirs` give and the roles `own` do not. To whoever has the
    /// administrator's role the app's own resources are none that they lack: they decide who may use the app how.
    pub fn beyond<'a>(&'a self, own: &[RoleId], theirs: &[RoleId]) -> Option<(&'a str, &'a str)> {
        let administers = own.iter().any(|role| role == ADMIN_ROLE);
        let of_them = self.roles.iter().filter(|role| theirs.contains(&role.role_id));
        let permissions = of_them.flat_map(|role| &role.permissions);
        let counted = permissions.filter(|p| !administers || resource::ALL.contains(&p.resource_id.as_str()));
        let mut actions =
            counted.flat_map(|p| p.actions.iter().map(|action| (p.resource_id.as_str(), action.as_str())));
        actions.find(|(resource, action)| !self.covers(own, resource, action))
    }

    /// As [`Policy::allows`]; all actions, one by one, are as much as `*`.
    fn covers(&self, own: &[RoleId], resource: &str, action: &str) -> bool {
        let one_by_one = || {
            let known = self.resources.iter().find(|r| action == "*" && r.resource_id == resource);
            known.is_some_and(|r| r.actions.iter().all(|action| self.allows(own, resource, action)))
        };
        self.allows(own, resource, action) || one_by_one()
    }

    /// Whether a member can be given the role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r.role_id == role)
    }

    /// This policy and an organization's own roles.
    #[must_use]
    pub fn with_roles(mut self, own: &[Role]) -> Policy {
        self.roles.extend(own.iter().cloned());
        self
    }
}

/// Those of the roles that grant the action, as far as they are `known`.
pub fn granting<'a>(
    known: &'a [Role],
    roles: &'a [RoleId],
    resource: &'a str,
    action: &'a str,
) -> impl Iterator<Item = &'a RoleId> {
    let grants = move |role: &Role| {
        let permission =
            |p: &Permission| p.resource_id == resource && p.actions.iter().any(|a| a == "*" || a == action);
        role.permissions.iter().any(permission)
    };
    known.iter().filter(move |role| roles.contains(&role.role_id) && grants(role)).map(|role| &role.role_id)
}
