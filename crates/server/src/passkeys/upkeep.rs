//! Listing, naming and removing passkeys.

use super::view::WebauthnRegistration;
use crate::actor::Actor;
use crate::members::{self, Member, MemberRef};
use crate::organizations::{Organization, OrganizationRef};
use crate::second_factors;
use crate::stored_passkeys::{self, Passkey};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::MemberId;
use foundation::text;
use frame::{Call, Endpoint, endpoint};
use mail::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![list::endpoint(), update::endpoint(), delete::endpoint()]
}

text! {
    /// What a person calls a passkey.
    pub(super) PasskeyName: Line { length: 1..=128 };
}

/// A name that a request gives.
///
/// # Errors
/// `invalid_webauthn_registration_name`.
pub(crate) fn check_name(given: Option<String>) -> Result<Option<String>> {
    match given {
        Some(name) if !PasskeyName::fits(&name) => Err(ApiError::InvalidWebauthnRegistrationName.into()),
        given => Ok(given),
    }
}

#[derive(Deserialize, JsonSchema)]
struct OfMember {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// The id of the passkey.
    webauthn_registration_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Registrations {
    member_id: MemberId,
    /// The passkeys of the member, in the order in which they were registered; at most 20.
    webauthn_registrations: Vec<WebauthnRegistration>,
}

/// What is left of a member's passkeys.
#[derive(Serialize, JsonSchema)]
struct Left {
    member_id: MemberId,
    /// The member as it is now.
    member: Member,
    /// The member's organization.
    organization: Organization,
    /// The passkeys that the member has now.
    webauthn_registrations: Vec<WebauthnRegistration>,
}

fn shown(passkeys: Vec<Passkey>) -> Vec<WebauthnRegistration> {
    passkeys.into_iter().map(Into::into).collect()
}

fn of_member(tx: &mut Tx, member: &Member) -> Result<Vec<Passkey>> {
    stored_passkeys::of_member(tx, &member.organization_id, &member.member_id)
}

/// The member whom a request names; a page or an acting member gets to see, and to name, their own passkeys only.
fn oneself(tx: &mut Tx, cx: &Cx, organization: &OrganizationRef, member: &MemberRef) -> Result<Member> {
    let (_, member) = members::find_for(tx, cx, organization, member)?;
    match cx.acting.is_some() && !cx.is_oneself(&member.member_id) {
        true => Err(ApiError::UnauthorizedAction.because("A member sees and names their own passkeys only.")),
        false => Ok(member),
    }
}

fn find(passkeys: &[Passkey], id: &str) -> Result<usize> {
    let at = passkeys.iter().position(|passkey| passkey.id.as_str() == id);
    at.ok_or(ApiError::WebauthnRegistrationNotFound.into())
}

/// List the passkeys of a member.
#[endpoint(
    "webauthn.list",
    GET "/v1/b2b/organizations/{organization_id}/members/{member_id}/webauthn_registrations",
    myself GET "/sdk/v1/b2b/webauthn",
    errors(OrganizationNotFound, MemberNotFound)
)]
fn list(tx: &mut Tx, cx: &Call<Actor>, input: OfMember) -> Result<Registrations> {
    let member = oneself(tx, cx, &input.organization_id, &input.member_id)?;
    let passkeys = of_member(tx, &member)?;
    Ok(Registrations { member_id: member.member_id, webauthn_registrations: shown(passkeys) })
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    #[serde(flatten)]
    by_id: ById,
    /// What the person calls it.
    #[schemars(with = "PasskeyName")]
    name: String,
}

/// Give a passkey another name.
#[endpoint(
    "webauthn.update",
    PUT "/v1/b2b/organizations/{organization_id}/members/{member_id}/webauthn_registrations/{webauthn_registration_id}",
    myself PUT "/sdk/v1/b2b/webauthn/{webauthn_registration_id}" takes(name),
    errors(OrganizationNotFound, MemberNotFound, WebauthnRegistrationNotFound, InvalidWebauthnRegistrationName)
)]
fn update(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<Registrations> {
    cx.require_own_session()?;
    let name = check_name(Some(input.name))?.unwrap_or_default();
    let member = oneself(tx, cx, &input.by_id.organization_id, &input.by_id.member_id)?;
    let mut passkeys = of_member(tx, &member)?;
    let at = find(&passkeys, &input.by_id.webauthn_registration_id)?;
    if let Some(passkey) = passkeys.get_mut(at) {
        stored_passkeys::rename(tx, cx, passkey, &name)?;
        passkey.name = name;
    }
    Ok(Registrations { member_id: member.member_id, webauthn_registrations: shown(passkeys) })
}

/// Remove a passkey of a member.
///
/// Sessions stay. The permission is the one to remove an authenticator app, and whoever acts as a member proves a second factor of
/// their own before, if they have one: a passkey is one. The person is told by mail.
#[endpoint(
    "webauthn.delete",
    DELETE "/v1/b2b/organizations/{organization_id}/members/{member_id}/webauthn_registrations/{webauthn_registration_id}",
    browser DELETE "/sdk/v1/b2b/organizations/members/webauthn_registrations/{member_id}/{webauthn_registration_id}",
    myself DELETE "/sdk/v1/b2b/webauthn/{webauthn_registration_id}",
    errors(OrganizationNotFound, MemberNotFound, WebauthnRegistrationNotFound, InsufficientFactors, StaleFactors)
)]
fn delete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<Left> {
    let (organization, before) = members::find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_on_member(&before.member_id, "update.info.delete.mfa-totp")?;
    cx.require_reach_of(&before.member_id, &before.role_ids())?;
    cx.require_second_factor()?;
    let mut passkeys = of_member(tx, &before)?;
    let at = find(&passkeys, &input.webauthn_registration_id)?;
    stored_passkeys::delete(tx, cx, &passkeys.remove(at))?;
    let mut member = before.clone();
    member.has_passkey = !passkeys.is_empty();
    members::save(tx, cx, "member.update", &organization, &before, &mut member)?;
    second_factors::tell(tx, cx, Template::SecondFactorRemoved, &organization, &member)?;
    Ok(Left { member_id: member.member_id.clone(), member, organization, webauthn_registrations: shown(passkeys) })
}
