//! What a policy must look like before it is stored. The rules are those the public SDKs check on their side.

use super::{ADMIN_ROLE, MEMBER_ROLE, Permission, Policy, Role, defaults, store};
use crate::App;
use crate::audit::{self, Change};
use crate::error::{ApiError, Result};
use crate::id::ProjectId;
use crate::projects;
use std::collections::HashSet;

const MAX_ROLES: usize = 100;
const MAX_DESCRIPTION: usize = 1024;

/// Checks the roles of an organization against its project's policy.
pub(super) fn check_organization_roles(roles: &[Role], project: &Policy) -> Result<()> {
    check_roles(roles, project)?;
    match roles.iter().any(|role| project.has_role(&role.role_id)) {
        true => Err(ApiError::InvalidRbacCustomRole.into()),
        false => Ok(()),
    }
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
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-:".contains(&b);
    if role.role_id.is_empty() {
        return Err(ApiError::EmptyRbacRoleId.into());
    }
    if role.role_id.len() > 128 || !role.role_id.bytes().all(allowed) {
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

/// Replaces a project's policy: its own resources beside the built-in ones, and its roles. The two default roles stay,
/// with the permissions given for them, if any.
///
/// # Errors
/// Of the `rbac_…` family, when the policy contradicts itself.
pub async fn set_project_policy(app: &App, project: &str, given: Policy) -> Result<Policy> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let policy = complete(given)?;
    let (stored, now) = (policy.clone(), app.now());
    app.db()
        .write(move |tx| {
            projects::enter(tx, &id)?;
            let before = store::project_policy(tx, &id)?;
            store::set_project_policy(tx, &id, &stored, now)?;
            audit::record_by_operator(tx, &id, now, "rbac_policy.update", &id, Change::between(&before, &stored))
        })
        .await?;
    Ok(policy)
}

fn complete(given: Policy) -> Result<Policy> {
    let built_in = defaults::policy();
    let is_built_in = |id: &str| built_in.resources.iter().any(|r| r.resource_id == id);
    let mut policy = Policy { resources: built_in.resources.clone(), ..given.clone() };
    let mut seen = HashSet::new();
    for resource in given.resources.into_iter().filter(|r| !is_built_in(&r.resource_id)) {
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
        policy.resources.push(resource);
    }
    for default in [MEMBER_ROLE, ADMIN_ROLE] {
        if !policy.has_role(default)
            && let Some(role) = built_in.roles.iter().find(|role| role.role_id == default)
        {
            policy.roles.push(role.clone());
        }
    }
    check_roles(&policy.roles, &policy)?;
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: &str, resource: &str, actions: &[&str]) -> Role {
        let actions = actions.iter().map(|a| (*a).to_owned()).collect();
        Role {
            role_id: id.into(),
            description: String::new(),
            permissions: vec![Permission { resource_id: resource.into(), actions }],
        }
    }

    fn error(roles: &[Role]) -> ApiError {
        match check_organization_roles(roles, &defaults::policy()) {
            Err(crate::error::Error::Api(error, _)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_organizations_roles_fit_the_projects_policy() {
        assert!(check_organization_roles(&[role("editor", "stytch.member", &["search"])], &defaults::policy()).is_ok());
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
        let policy = complete(given).unwrap();
        assert!(policy.has_role(MEMBER_ROLE) && policy.has_role(ADMIN_ROLE) && policy.has_role("editor"));
        assert!(policy.allows(&["editor".into()], "documents", "write"));
        assert!(!policy.allows(&["editor".into()], "documents", "read"));
        assert!(policy.allows(&[ADMIN_ROLE.into()], "stytch.member", "create"));
        assert!(!policy.allows(&[MEMBER_ROLE.into()], "stytch.member", "create"));
    }
}
