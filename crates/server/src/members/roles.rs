//! Where a member's roles come from.

use super::{MemberRole, RoleSource, ScimRegistration, SsoRegistration};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::rbac::{MEMBER_ROLE, RoleId};
use serde_json::json;

const MAX_ROLES: usize = 100;

/// `stytch_member` first, then what was given directly, then what the email domain gives, then what the connections give by
/// which the member has logged in, then what the groups give that a directory has put the member into.
pub(super) fn roles_of(
    direct: &[RoleId],
    email: &EmailAddress,
    (registrations, scim_registration): (&[SsoRegistration], Option<&ScimRegistration>),
    organization: &Organization,
) -> Vec<MemberRole> {
    let mut roles: Vec<MemberRole> = Vec::new();
    let mut add = |role_id: &str, source: RoleSource| match roles.iter_mut().find(|role| role.role_id == role_id) {
        Some(role) => role.sources.push(source),
        None => roles.push(MemberRole { role_id: role_id.to_owned(), sources: vec![source] }),
    };
    add(MEMBER_ROLE, RoleSource { kind: "direct_assignment", details: json!({}) });
    for role_id in direct.iter().filter(|role| *role != MEMBER_ROLE) {
        add(role_id, RoleSource { kind: "direct_assignment", details: json!({}) });
    }
    for assignment in &organization.settings.rbac_email_implicit_role_assignments {
        if assignment.domain.as_str() == email.domain() {
            let details = json!({ "email_domain": assignment.domain });
            add(&assignment.role_id, RoleSource { kind: "email_assignment", details });
        }
    }
    for registration in registrations {
        let id = &registration.connection_id;
        let known = organization.sso_connection(id).map_or(&[][..], |known| &known.roles);
        for role in known.iter().filter(|role| role.is_given_to(&registration.groups)) {
            let (kind, details) = match &role.group {
                None => ("sso_connection", json!({ "connection_id": id })),
                Some(group) => ("sso_connection_group", json!({ "connection_id": id, "group": group })),
            };
            add(&role.role_id, RoleSource { kind, details });
        }
    }
    if let Some(registration) = scim_registration {
        let id = &registration.connection_id;
        let known = organization.scim_connection(id).map_or(&[][..], |known| &known.roles);
        for role in known.iter().filter(|role| registration.groups.contains(&role.group_id)) {
            let details = json!({ "connection_id": id, "group_id": role.group_id });
            add(&role.role_id, RoleSource { kind: "scim_connection_group", details });
        }
    }
    roles
}

/// Whether the acting member has what a member would have who has this address and these roles.
///
/// # Errors
/// `unauthorized_action`.
pub(crate) fn require_given(
    cx: &Cx,
    organization: &Organization,
    direct: &[RoleId],
    email: &EmailAddress,
) -> Result<()> {
    let roles: Vec<_> =
        roles_of(direct, email, (&[], None), organization).into_iter().map(|role| role.role_id).collect();
    cx.require_reach(&roles)
}

/// Checks roles that are about to be given, and removes repetitions and the role everyone has.
///
/// # Errors
/// `invalid_rbac_role_assignment` when one does not exist.
pub(crate) fn check_roles(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    roles: Vec<RoleId>,
) -> Result<Vec<RoleId>> {
    let policy = organizations::policy(tx, cx.project(), organization)?;
    let mut checked: Vec<RoleId> = Vec::new();
    for role in roles {
        if !policy.has_role(&role) {
            return Err(ApiError::InvalidRbacRoleAssignment.because(format!("There is no role {role}.")));
        }
        if role != MEMBER_ROLE && !checked.contains(&role) {
            checked.push(role);
        }
    }
    if checked.len() > MAX_ROLES { Err(ApiError::InvalidRbacRoleAssignment.into()) } else { Ok(checked) }
}
