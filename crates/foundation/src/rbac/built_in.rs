//! What exists in every project: the resources that the server itself guards, and the two default roles.
//!
//! Of a project's policy only what was given is stored, and the rest is added when it is read. So a resource that a later
//! version brings is there for every project, and for the default roles where they were left as they are.

use super::{ADMIN_ROLE, MEMBER_ROLE, Permission, Policy, Resource, Role, resource};
use crate::stored::Unknown;

const ORGANIZATION_ACTIONS: &[&str] = &[
    "update.info.name",
    "update.info.slug",
    "update.info.logo-url",
    "update.info.colors",
    "update.settings.allowed-auth-methods",
    "update.settings.allowed-mfa-methods",
    "update.settings.email-jit-provisioning",
    "update.settings.email-invites",
    "update.settings.allowed-domains",
    "update.settings.default-sso-connection",
    "update.settings.sso-jit-provisioning",
    "update.settings.mfa-policy",
    "update.settings.implicit-roles",
    "update.settings.oauth-tenant-jit-provisioning",
    "update.settings.allowed-oauth-tenants",
    "delete",
];

const MEMBER_ACTIONS: &[&str] = &[
    "create",
    "search",
    "delete",
    "update.info.name",
    "update.info.untrusted-metadata",
    "update.info.mfa-phone",
    "update.info.email",
    "update.info.delete.mfa-phone",
    "update.info.delete.mfa-totp",
    "update.info.delete.password",
    "update.info.unlink.retired-email",
    "update.settings.is-breakglass",
    "update.settings.mfa-enrolled",
    "update.settings.default-mfa-method",
    "update.settings.roles",
    "revoke-sessions",
    "get.connected-apps",
    "revoke.connected-app",
];

const SELF_ACTIONS: &[&str] = &[
    "update.info.name",
    "update.info.untrusted-metadata",
    "update.info.mfa-phone",
    "update.info.email",
    "update.info.delete.mfa-phone",
    "update.info.delete.mfa-totp",
    "update.info.delete.password",
    "update.info.unlink.retired-email",
    "update.settings.mfa-enrolled",
    "update.settings.default-mfa-method",
    "delete",
    "revoke-sessions",
    "get.connected-apps",
    "revoke.connected-app",
];

const CONNECTION_ACTIONS: &[&str] = &["create", "get", "update", "delete"];

fn resource(resource_id: &str, description: &str, actions: &[&str]) -> Resource {
    Resource {
        resource_id: resource_id.into(),
        description: description.into(),
        actions: actions.iter().map(|a| (*a).to_owned()).collect(),
        unknown: Unknown::new(),
    }
}

fn all_of(resource_id: &str) -> Permission {
    Permission { resource_id: resource_id.into(), actions: vec!["*".into()], unknown: Unknown::new() }
}

/// The resources that exist in every project.
fn resources() -> Vec<Resource> {
    vec![
        resource(resource::ORGANIZATION, "The organization and its settings", ORGANIZATION_ACTIONS),
        resource(resource::MEMBER, "The members of the organization", MEMBER_ACTIONS),
        resource(resource::SELF, "The member's own account", SELF_ACTIONS),
        resource(resource::SSO, "The single sign-on connections of the organization", CONNECTION_ACTIONS),
        resource(resource::SCIM, "The SCIM connection of the organization", CONNECTION_ACTIONS),
        resource(resource::CUSTOM_ORG_ROLES, "The organization's own roles", CONNECTION_ACTIONS),
    ]
}

fn role(role_id: &str, description: &str, resources: &[&str]) -> Role {
    let permissions = resources.iter().copied().map(all_of).collect();
    Role { role_id: role_id.into(), description: description.into(), permissions, unknown: Unknown::new() }
}

fn member() -> Role {
    role(MEMBER_ROLE, "Every member of an organization", &[resource::SELF])
}

fn admin(resources: &[&str]) -> Role {
    role(ADMIN_ROLE, "Administers the organization", resources)
}

/// What an administrator may do unless the project says otherwise.
const ADMINISTERED: &[&str] =
    &[resource::ORGANIZATION, resource::MEMBER, resource::SSO, resource::SCIM, resource::CUSTOM_ORG_ROLES];
/// The same in versions of this program that stored it along with what was given.
const ADMINISTERED_BEFORE: &[&str] = &[resource::ORGANIZATION, resource::MEMBER, resource::SSO, resource::SCIM];

/// A project's policy: what it has given, beside what exists in every project.
#[must_use]
pub fn complete(given: Policy) -> Policy {
    let mut policy = Policy { resources: resources(), ..given.clone() };
    policy.resources.extend(given.resources.into_iter().filter(|resource| !is_built_in(resource)));
    for default in [member(), admin(ADMINISTERED)] {
        if !policy.has_role(&default.role_id) {
            policy.roles.push(default);
        }
    }
    policy
}

/// What of a policy has to be stored: all that [`complete`] would not add, or would have added in an earlier version.
#[must_use]
pub fn given(mut policy: Policy) -> Policy {
    let defaults = [member(), admin(ADMINISTERED), admin(ADMINISTERED_BEFORE)];
    policy.roles.retain(|role| !defaults.contains(role));
    policy.resources.retain(|resource| !is_built_in(resource));
    policy
}

fn is_built_in(resource: &Resource) -> bool {
    resource::ALL.contains(&resource.resource_id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_was_stored_whole_gets_what_came_later() {
        let before = Policy {
            roles: vec![member(), admin(ADMINISTERED_BEFORE), role("editor", "", &["documents"])],
            resources: [&resources()[..5], &[super::resource("documents", "", &["read"])]].concat(),
            ..Policy::default()
        };
        let given = given(before);
        assert_eq!(given.roles.len(), 1);
        assert_eq!(given.resources.len(), 1);
        let now = complete(given);
        assert!(now.allows(&[ADMIN_ROLE.into()], resource::CUSTOM_ORG_ROLES, "create"));
        assert!(now.has_role("editor") && now.resources.iter().any(|r| r.resource_id == "documents"));
    }

    #[test]
    fn beyond_a_role_is_what_it_has_not() {
        let permission = |actions: Vec<String>| Permission {
            resource_id: resource::MEMBER.into(),
            actions,
            unknown: Unknown::new(),
        };
        let every = MEMBER_ACTIONS.iter().map(|action| (*action).to_owned()).collect();
        let with = |id: &str, actions| Role { permissions: vec![permission(actions)], ..role(id, "", &[]) };
        let policy = complete(Policy {
            resources: vec![super::resource("documents", "", &["read"])],
            roles: vec![role("editor", "", &["documents"]), with("desk", vec!["create".into()]), with("people", every)],
            ..Policy::default()
        });
        let beyond = |own: &str, theirs: &str| policy.beyond(&[own.into()], &[theirs.into()]);
        assert_eq!(beyond("desk", "desk"), None);
        assert_eq!(beyond("desk", "unknown"), None);
        assert_eq!(beyond("unknown", "desk"), Some((resource::MEMBER, "create")));
        assert_eq!(beyond("people", "desk"), None);
        assert_eq!(beyond("people", ADMIN_ROLE), Some((resource::ORGANIZATION, "*")));
        assert_eq!(beyond("people", "editor"), Some(("documents", "*")));
        // Who may use the app how, the administrator decides.
        assert_eq!(beyond(ADMIN_ROLE, "editor"), None);
        assert_eq!(beyond(ADMIN_ROLE, "people"), None);
    }

    #[test]
    fn every_action_one_by_one_is_as_much_as_all() {
        let actions = MEMBER_ACTIONS.iter().map(|action| (*action).to_owned()).collect();
        let permissions = vec![Permission { resource_id: resource::MEMBER.into(), actions, unknown: Unknown::new() }];
        let people = Role { permissions, ..role("people", "", &[]) };
        let policy =
            complete(Policy { roles: vec![people, role("all", "", &[resource::MEMBER])], ..Policy::default() });
        assert_eq!(policy.beyond(&["people".into()], &["all".into()]), None);
    }

    #[test]
    fn default_roles_that_were_changed_stay_as_they_were_changed() {
        let narrow = role(ADMIN_ROLE, "Administers the organization", &[resource::MEMBER]);
        let now = complete(given(complete(Policy { roles: vec![narrow], ..Policy::default() })));
        assert!(now.allows(&[ADMIN_ROLE.into()], resource::MEMBER, "create"));
        assert!(!now.allows(&[ADMIN_ROLE.into()], resource::CUSTOM_ORG_ROLES, "create"));
    }

    #[test]
    fn every_built_in_resource_is_described() {
        let described: Vec<_> = resources().into_iter().map(|resource| resource.resource_id).collect();
        assert_eq!(described, resource::ALL);
    }
}
