use super::lock;
use crate::actor::Actor;
use crate::members::{self, MemberRef, MemberResponse};
use crate::organizations::OrganizationRef;
use database::Tx;
use foundation::error::Result;
use foundation::rbac::resource::MEMBER;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![unlock::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The member's id or external id.
    member_id: MemberRef,
}

/// End the lock of a member.
///
/// Failed proofs that were counted are forgotten too, of passwords, codes and second factors. The SDKs have no such call; an
/// own addition.
#[endpoint(
    "members.unlock",
    POST "/v1/b2b/organizations/{organization_id}/members/{member_id}/unlock",
    requires(MEMBER, "*"),
    errors(OrganizationNotFound, MemberNotFound)
)]
fn unlock(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, mut member) = members::find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_reach_of(&member.member_id, &member.role_ids())?;
    lock::end_locks(tx, cx, &organization, &mut member)?;
    Ok(MemberResponse::new(member, organization))
}
