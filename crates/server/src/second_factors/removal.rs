//! Removing second factors.

use super::{notice, totp};
use crate::actor::Actor;
use crate::members::{self, Member, MemberRef, MemberResponse};
use crate::organizations::{MfaMethod, Organization, OrganizationRef};
use crate::sms_codes;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![delete_phone_number::endpoint(), delete_totp::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
}

/// The member whose factor is to be removed, if the acting member may do it: with the permission, and having proven a second
/// factor of their own lately, if they have one (threat T-39).
fn find(tx: &mut Tx, cx: &Cx, input: &ById, action: &str) -> Result<(Organization, Member)> {
    let (organization, member) = members::find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_on_member(&member.member_id, action)?;
    cx.require_reach_of(&member.member_id, &member.role_ids())?;
    cx.require_second_factor()?;
    Ok((organization, member))
}

/// Stores a member who has one factor less.
fn save(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    before: &Member,
    mut member: Member,
) -> Result<MemberResponse> {
    let left = MfaMethod::ALL.iter().find(|method| member.has_mfa_method(**method));
    let default = MfaMethod::parse(&member.default_mfa_method);
    if default.is_some_and(|method| !member.has_mfa_method(method)) {
        member.default_mfa_method = left.map(|method| method.as_str().to_owned()).unwrap_or_default();
    }
    members::save(tx, cx, "member.update", &organization, before, &mut member)?;
    notice::tell_of_change(tx, cx, &organization, before, &member)?;
    Ok(MemberResponse::new(member, organization))
}

/// Remove a member's phone number.
///
/// Sessions stay. Who still has to prove a second factor sets one up with the next login.
#[endpoint(
    "members.delete_mfa_phone_number",
    DELETE "/v1/b2b/organizations/{organization_id}/members/mfa_phone_numbers/{member_id}",
    browser DELETE "/sdk/v1/b2b/organizations/members/mfa_phone_numbers/{member_id}",
    myself DELETE "/sdk/v1/b2b/organizations/members/deletePhoneNumber",
    errors(OrganizationNotFound, MemberNotFound, MemberPhoneNumberNotFound, InsufficientFactors, StaleFactors)
)]
fn delete_phone_number(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, before) = find(tx, cx, &input, "update.info.delete.mfa-phone")?;
    if before.mfa_phone_number.is_empty() {
        return Err(ApiError::MemberPhoneNumberNotFound.into());
    }
    let mut member = before.clone();
    member.mfa_phone_number.clear();
    member.mfa_phone_number_verified = false;
    sms_codes::forget(tx, &before)?;
    save(tx, cx, organization, &before, member)
}

/// Remove a member's authenticator app, and its recovery codes.
///
/// Sessions stay. Who still has to prove a second factor sets one up with the next login.
#[endpoint(
    "members.delete_totp",
    DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}/totp",
    browser DELETE "/sdk/v1/b2b/organizations/members/totp/{member_id}",
    myself DELETE "/sdk/v1/b2b/organizations/members/deleteTOTP",
    errors(OrganizationNotFound, MemberNotFound, TotpNotFound, InsufficientFactors, StaleFactors)
)]
fn delete_totp(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let (organization, before) = find(tx, cx, &input, "update.info.delete.mfa-totp")?;
    if !totp::delete(tx, cx, &before)? {
        return Err(ApiError::TotpNotFound.into());
    }
    let mut member = before.clone();
    member.totp_registration_id.clear();
    save(tx, cx, organization, &before, member)
}
