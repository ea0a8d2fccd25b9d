//! What a setup link is for, and what that allows.

use foundation::rbac::resource::{MEMBER, ORGANIZATION, SCIM, SSO};
use foundation::rbac::{Permission, Role};
use foundation::stored::Unknown;
use foundation::wire_enum;

wire_enum! {
    /// What may be set up with a link.
    pub(crate) Purpose(InvalidSetupLinkPurpose) {
        /// Single sign-on: connections to identity providers.
        Sso = "sso",
        /// The connection of a directory.
        Scim = "scim",
        /// Showing which email domains are the organization's own.
        Domains = "domains",
        /// The members: inviting, removing, roles.
        Members = "members",
        /// Reading the organization's audit log.
        Audit = "audit",
    }
}

impl Purpose {
    /// The permissions that it is, as resources and actions of the RBAC policy.
    fn permissions(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Purpose::Sso => &[
                (SSO, &["*"]),
                (ORGANIZATION, &["update.settings.default-sso-connection", "update.settings.sso-jit-provisioning"]),
            ],
            Purpose::Scim => &[(SCIM, &["*"])],
            // Claiming and reading are nothing that a role allows.
            Purpose::Domains | Purpose::Audit => &[],
            Purpose::Members => {
                &[(MEMBER, &["create", "search", "delete", "update.info.name", "update.settings.roles"])]
            }
        }
    }
}

/// The role that a link has. No policy has one of this name: names of roles have no blanks.
pub(super) const ROLE: &str = "setup link";

/// The role of a link with these purposes.
pub(super) fn role(purposes: &[Purpose]) -> Role {
    let permissions = purposes.iter().flat_map(|purpose| purpose.permissions()).map(|(resource, actions)| Permission {
        resource_id: (*resource).to_owned(),
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        unknown: Unknown::new(),
    });
    Role {
        role_id: ROLE.to_owned(),
        description: String::new(),
        permissions: permissions.collect(),
        unknown: Unknown::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::rbac::{ADMIN_ROLE, Policy, check_project_policy, complete};

    #[test]
    fn t70_a_link_may_do_what_its_purposes_say_and_no_more() {
        let cases = [
            (Purpose::Sso, SSO, "create", true),
            (Purpose::Sso, SCIM, "create", false),
            (Purpose::Sso, MEMBER, "create", false),
            (Purpose::Sso, ORGANIZATION, "update.settings.mfa-policy", false),
            (Purpose::Sso, ORGANIZATION, "update.settings.implicit-roles", false),
            (Purpose::Scim, SCIM, "update", true),
            (Purpose::Scim, SSO, "get", false),
            (Purpose::Members, MEMBER, "delete", true),
            (Purpose::Members, MEMBER, "update.info.email", false),
            (Purpose::Members, SSO, "get", false),
            (Purpose::Domains, ORGANIZATION, "update.settings.allowed-domains", false),
            (Purpose::Audit, MEMBER, "search", false),
        ];
        for (purpose, resource, action, allowed) in cases {
            let policy = complete(Policy::default()).with_roles(&[role(&[purpose])]);
            assert_eq!(policy.allows(&[ROLE.into()], resource, action), allowed, "{purpose:?} {action} on {resource}");
        }
        let all = complete(Policy::default()).with_roles(&[role(Purpose::ALL)]);
        assert!(all.beyond(&[ROLE.into()], &[ADMIN_ROLE.into()]).is_some());
    }

    #[test]
    fn t70_no_project_has_a_role_of_that_name() {
        let policy = Policy { roles: vec![role(&[])], ..Policy::default() };
        assert!(check_project_policy(policy).is_err());
    }
}
