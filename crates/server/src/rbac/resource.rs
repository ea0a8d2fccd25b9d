//! The resources that Guildhall itself guards.

pub(crate) const ORGANIZATION: &str = "stytch.organization";
pub(crate) const MEMBER: &str = "stytch.member";
pub(crate) const SELF: &str = "stytch.self";
pub(crate) const SSO: &str = "stytch.sso";
pub(crate) const SCIM: &str = "stytch.scim";
