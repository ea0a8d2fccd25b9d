//! What a policy must look like before it is stored. The rules are those the public SDKs check on their side.

use super::{Permission, Policy, Role, complete, given, resource};
use crate::error::{ApiError, Result};
use crate::stored::Unknown;
use crate::text;
use std::collections::HashSet;

/// The most roles that a project's policy has, or that an organization adds to it.
pub const MAX_ROLES: usize = 100;
/// The most characters of a role's description.
pub(super) const MAX_DESCRIPTION: usize = 1024;

text! {
    /// The name of a role.
    pub(super) RoleName: Word { length: 1..=128, marks: "._-:" };
}

/// Checks the roles of an organization against its project's policy.
///
/// # Errors
/// Of the `rbac_…` family.
pub fn check_organization_roles(mut roles: Vec<Role>, project: &Policy) -> Result<Vec<Role>> {
    check_roles(&roles, project)?;
    roles.iter_mut().for_each(forget_unknown);
    match roles.iter().any(|role| project.has_role(&role.role_id)) {
        true => Err(ApiError::InvalidRbacCustomRole.into()),
        false => Ok(roles),
    }
}

/// Fields that nobody knows are kept when a newer version has stored them, not when a client has sent them.
fn forget_unknown(role: &mut Role) {
    role.unknown = Unknown::new();
    role.permissions.iter_mut().for_each(|permission| permission.unknown = Unknown::new());
}

fn check_roles(roles: &[Role], resources: &Policy) -> Result<()> {
    if roles.len() > MAX_ROLES {
        return Err(ApiError::TooManyRoles.into());
    }
    let mut seen = HashSet::new();
    for role in roles {
        check_role(role, resources)?;
        if !seen.insert(&role.role_id) {
            return Err(ApiError::RbacRoleDuplicate.into());
        }
    }
    Ok(())
}

fn check_role(role: &Role, resources: &Policy) -> Result<()> {
    if role.role_id.is_empty() {
        return Err(ApiError::EmptyRbacRoleId.into());
    }
    if !RoleName::fits(&role.role_id) {
        return Err(ApiError::InvalidRbacRoleId.into());
    }
    if role.description.chars().count() > MAX_DESCRIPTION {
        return Err(ApiError::RbacDescriptionTooLong.into());
    }
    role.permissions.iter().try_for_each(|permission| check_permission(permission, resources))
}

fn check_permission(permission: &Permission, policy: &Policy) -> Result<()> {
    let resource = policy.resources.iter().find(|r| r.resource_id == permission.resource_id);
    let resource = resource.ok_or(ApiError::InvalidPermissionResource)?;
    let actions = &permission.actions;
    if actions.is_empty() {
        return Err(ApiError::RbacPermissionMissingActions.into());
    }
    if actions.iter().any(|action| action == "*") {
        return if actions.len() == 1 { Ok(()) } else { Err(ApiError::WildcardWithOtherActions.into()) };
    }
    match actions.iter().all(|action| resource.actions.contains(action)) {
        true => Ok(()),
        false => Err(ApiError::InvalidPermissionAction.into()),
    }
}

/// Checks a policy that is given for a project: its own resources beside the built-in ones, and its roles. The two
/// default roles stay, with the permissions given for them, if any. Answers what is to be stored.
///
/// # Errors
/// Of the `rbac_…` family, when the policy contradicts itself.
pub fn check_project_policy(mut policy: Policy) -> Result<Policy> {
    let mut seen = HashSet::new();
    for resource in &mut policy.resources {
        resource.unknown = Unknown::new();
        if resource::ALL.contains(&resource.resource_id.as_str()) {
            continue;
        }
        if resource.resource_id.starts_with("stytch") {
            return Err(ApiError::InvalidStytchPrefixedResource.into());
        }
        if resource.actions.is_empty() {
            return Err(ApiError::RbacResourceMissingActions.into());
        }
        if resource.actions.iter().collect::<HashSet<_>>().len() != resource.actions.len() {
            return Err(ApiError::RbacActionDuplicate.into());
        }
        if !seen.insert(resource.resource_id.clone()) {
            return Err(ApiError::RbacResourceDuplicate.into());
        }
    }
    policy.unknown = Unknown::new();
    policy.roles.iter_mut().for_each(forget_unknown);
    let given = given(policy);
    let whole = complete(given.clone());
    check_roles(&whole.roles, &whole)?;
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::super::{ADMIN_ROLE, MEMBER_ROLE};
    use super::*;

    fn role(id: &str, resource: &str, actions: &[&str]) -> Role {
        let actions = actions.iter().map(|a| (*a).to_owned()).collect();
        let permissions = vec![Permission { resource_id: resource.into(), actions, unknown: Unknown::new() }];
        Role { role_id: id.into(), description: String::new(), permissions, unknown: Unknown::new() }
    }

    fn default() -> Policy {
        complete(Policy::default())
    }

    fn error(roles: &[Role]) -> ApiError {
        check_organization_roles(roles.to_vec(), &default()).unwrap_err().api().unwrap()
    }

    #[test]
    fn an_organizations_roles_fit_the_projects_policy() {
        assert!(check_organization_roles(vec![role("editor", "stytch.member", &["search"])], &default()).is_ok());
        assert_eq!(error(&[role("", "stytch.member", &["search"])]), ApiError::EmptyRbacRoleId);
        assert_eq!(error(&[role("stytch_admin", "stytch.member", &["search"])]), ApiError::InvalidRbacCustomRole);
        assert_eq!(error(&[role("x", "unknown", &["search"])]), ApiError::InvalidPermissionResource);
        assert_eq!(error(&[role("x", "stytch.member", &["fly"])]), ApiError::InvalidPermissionAction);
        assert_eq!(error(&[role("x", "stytch.member", &["*", "search"])]), ApiError::WildcardWithOtherActions);
        assert_eq!(error(&[role("x", "stytch.member", &[])]), ApiError::RbacPermissionMissingActions);
        let twice = role("x", "stytch.member", &["*"]);
        assert_eq!(error(&[twice.clone(), twice]), ApiError::RbacRoleDuplicate);
    }

    #[test]
    fn a_projects_policy_keeps_the_built_in_resources_and_roles() {
        let given: Policy = serde_json::from_value(serde_json::json!({
            "roles": [{ "role_id": "editor", "permissions": [{ "resource_id": "documents", "actions": ["write"] }] }],
            "resources": [{ "resource_id": "documents", "actions": ["read", "write"] }],
        }))
        .unwrap();
        let policy = complete(check_project_policy(given).unwrap());
        assert!(policy.has_role(MEMBER_ROLE) && policy.has_role(ADMIN_ROLE) && policy.has_role("editor"));
        assert!(policy.allows(&["editor".into()], "documents", "write"));
        assert!(!policy.allows(&["editor".into()], "documents", "read"));
        assert!(policy.allows(&[ADMIN_ROLE.into()], "stytch.member", "create"));
        assert!(!policy.allows(&[MEMBER_ROLE.into()], "stytch.member", "create"));
    }
}
