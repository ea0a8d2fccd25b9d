//! The resources that Guildhall itself guards.

pub const ORGANIZATION: &str = "stytch.organization";
pub const MEMBER: &str = "stytch.member";
pub const SELF: &str = "stytch.self";
pub const SSO: &str = "stytch.sso";
pub const SCIM: &str = "stytch.scim";
pub const CUSTOM_ORG_ROLES: &str = "stytch.custom-org-roles";

/// All of them.
pub const ALL: &[&str] = &[ORGANIZATION, MEMBER, SELF, SSO, SCIM, CUSTOM_ORG_ROLES];
