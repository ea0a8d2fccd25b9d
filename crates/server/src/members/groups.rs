//! Members who are put into groups of their directory, many at once.

use super::operations::record;
use super::scim_registration::ScimGroup;
use super::{Member, MemberRole, store};
use crate::organizations::Organization;
use database::Tx;
use foundation::audit::Change;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::written::text;
use serde::Serialize;
use serde_json::value::RawValue;

/// Puts members into the groups beside them and into no others; their roles follow. All are stored at once, and the log tells of each
/// what has changed.
///
/// # Errors
/// The database's.
pub(crate) fn put_into_groups(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    members: Vec<(Member, Vec<ScimGroup>)>,
) -> Result<()> {
    let mut changed = Vec::with_capacity(members.len());
    for (mut member, groups) in members {
        let before = text(&OfGroups::of(&member));
        if let Some(registration) = &mut member.scim_registration {
            registration.set_groups(&groups);
        }
        member.set_roles(organization);
        let change = Change::between(&before, &OfGroups::of(&member));
        if !change.is_none() {
            member.updated_at = cx.now();
            changed.push((member, change));
        }
    }
    store::update_profiles(tx, changed.iter().map(|(member, _)| member))?;
    changed.into_iter().try_for_each(|(member, change)| record(tx, cx, "member.update", &member, change))
}

/// What groups say of a member. The rest of the member is the same before and after, and would be most of the work to compare.
#[derive(Serialize)]
struct OfGroups<'a> {
    is_admin: bool,
    roles: &'a [MemberRole],
    scim_registration: Option<Registration<'a>>,
}

#[derive(Serialize)]
struct Registration<'a> {
    scim_attributes: Attributes,
    groups: &'a [String],
}

#[derive(Serialize)]
struct Attributes {
    groups: Box<RawValue>,
}

impl<'a> OfGroups<'a> {
    fn of(member: &'a Member) -> Self {
        let registration = member.scim_registration.as_ref().map(|registration| Registration {
            scim_attributes: Attributes { groups: registration.scim_attributes.groups() },
            groups: &registration.groups,
        });
        Self { is_admin: member.is_admin, roles: &member.roles, scim_registration: registration }
    }
}
