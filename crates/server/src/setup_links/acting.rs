//! As whom a link acts.

use super::purpose::{ROLE, role};
use super::{SetupLink, operations};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::cx::ActingMember;
use foundation::error::Result;
use foundation::id::{MemberId, SessionId};
use foundation::project::Project;
use foundation::rbac::MEMBER_ROLE;
use std::sync::Arc;

/// The link in the place of a member: all rules for members who act hold for it, and its one role has what its purposes allow.
/// What it may give besides is that of every member, and what the app's backend has said.
pub(super) fn acting(
    tx: &mut Tx,
    project: &Project,
    organization: &Organization,
    link: &SetupLink,
) -> Result<ActingMember> {
    let policy = organizations::policy(tx, project, organization)?.with_roles(&[role(&link.purposes)]);
    let uuid = link.setup_link_id.uuid();
    Ok(ActingMember {
        organization_id: organization.organization_id.clone(),
        member_id: MemberId::from_uuid(project.environment, uuid),
        session_id: SessionId::from_uuid(project.environment, uuid),
        roles: vec![ROLE.to_owned()],
        gives: operations::given_roles(link, MEMBER_ROLE),
        address_proven_at: None,
        has_second_factor: false,
        second_factor_proven_at: None,
        impersonator: None,
        policy: Arc::new(policy),
    })
}
