//! Roles that are defined no more. Whoever had one has it no longer: it would come back with the next role of that name.

use super::{operations, store};
use crate::organizations::Organization;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::rbac::{Policy, RoleId};

/// Members that one transaction changes.
const AT_ONCE: usize = 500;

/// Takes from members of the organization what its policy does not have; whether there may be more of them.
pub(crate) fn take_undefined_roles(tx: &mut Tx, cx: &Cx, organization: &Organization, policy: &Policy) -> Result<bool> {
    let defined: Vec<RoleId> = policy.roles.iter().map(|role| role.role_id.clone()).collect();
    let id = &organization.organization_id;
    let found = store::with_other_roles(tx, id, &defined, AT_ONCE)?;
    for member in &found {
        let Some(before) = operations::find_any(tx, organization, member)? else { continue };
        let mut member = before.clone();
        member.direct_roles.retain(|role| policy.has_role(role));
        operations::save(tx, cx, "member.update", organization, &before, &mut member)?;
    }
    Ok(found.len() == AT_ONCE)
}
