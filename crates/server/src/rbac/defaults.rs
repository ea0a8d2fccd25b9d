//! The policy of a project that has set none.

use super::{ADMIN_ROLE, MEMBER_ROLE, Permission, Policy, Resource, Role, resource};

const ORGANIZATION_ACTIONS: &[&str] = &[
    "update.info.name",
    "update.info.slug",
    "update.info.logo-url",
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
    }
}

fn all_of(resource_id: &str) -> Permission {
    Permission { resource_id: resource_id.into(), actions: vec!["*".into()] }
}

/// The resources that exist in every project.
pub(super) fn resources() -> Vec<Resource> {
    vec![
        resource(resource::ORGANIZATION, "The organization and its settings", ORGANIZATION_ACTIONS),
        resource(resource::MEMBER, "The members of the organization", MEMBER_ACTIONS),
        resource(resource::SELF, "The member's own account", SELF_ACTIONS),
        resource(resource::SSO, "The single sign-on connections of the organization", CONNECTION_ACTIONS),
        resource(resource::SCIM, "The SCIM connection of the organization", CONNECTION_ACTIONS),
    ]
}

/// The two default roles and what they allow unless the project says otherwise.
pub(super) fn policy() -> Policy {
    let member = Role {
        role_id: MEMBER_ROLE.into(),
        description: "Every member of an organization".into(),
        permissions: vec![all_of(resource::SELF)],
    };
    let admin = Role {
        role_id: ADMIN_ROLE.into(),
        description: "Administers the organization".into(),
        permissions: [resource::ORGANIZATION, resource::MEMBER, resource::SSO, resource::SCIM].map(all_of).to_vec(),
    };
    Policy { roles: vec![member, admin], resources: resources(), scopes: Vec::new() }
}
