//! Taking an account at a provider from a member.

use crate::actor::Actor;
use crate::decision::Person;
use crate::members::{self, MemberRef, MemberResponse};
use crate::organizations::OrganizationRef;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![disconnect::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// The id of the account, as the member has it in `oauth_registrations`.
    member_oauth_registration_id: String,
}

/// Disconnect an account at an OAuth provider from a member.
///
/// Its tokens are deleted here, and it is nobody's again; at the provider nothing changes. Sessions stay. A login with it connects it
/// anew, if the member is proven in it. The permission is the one to delete a password, and whoever acts as a member proves a second
/// factor of their own before, if they have one. What nobody does to themselves is to disconnect the last thing that they get in with.
/// This endpoint is Guildhall's own; the SDKs do not have it.
#[endpoint(
    "members.delete_oauth_registration",
    DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_registrations/{member_oauth_registration_id}",
    browser DELETE "/sdk/v1/b2b/organizations/members/oauth_registrations/{member_id}/{member_oauth_registration_id}",
    myself DELETE "/sdk/v1/b2b/oauth/registrations/{member_oauth_registration_id}",
    errors(OrganizationNotFound, MemberNotFound, OauthRegistrationNotFound, LastWayIn, InsufficientFactors, StaleFactors)
)]
fn disconnect(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, before) = members::find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_on_member(&before.member_id, "update.info.delete.password")?;
    cx.require_reach_of(&before.member_id, &before.role_ids())?;
    cx.require_second_factor()?;
    let mut member = before.clone();
    if !members::end_account(tx, &mut member, &input.member_oauth_registration_id)? {
        return Err(ApiError::OauthRegistrationNotFound.into());
    }
    let gets_in = |member| Person::of(member).gets_in(&organization.settings, cx.now());
    if cx.is_oneself(&member.member_id) && gets_in(&before) && !gets_in(&member) {
        return Err(ApiError::LastWayIn.into());
    }
    members::save(tx, cx, "member.update", &organization, &before, &mut member)?;
    Ok(MemberResponse::new(member, organization))
}
