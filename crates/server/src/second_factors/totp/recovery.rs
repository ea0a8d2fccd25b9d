use super::code::Code;
use super::recovery_codes;
use super::registration::{self, Registration};
use crate::actor::{Actor, ProjectCaller};
use crate::attempts::{self, ATTEMPTS, Target};
use crate::factors::Factor;
use crate::login::{LOGIN, Outcome};
use crate::members::{self, Member, MemberRef};
use crate::organizations::{MfaMethod, Organization, OrganizationRef};
use crate::second_factors::completing::{CompletingInput, Wishes};
use crate::second_factors::holder::{HOLDER, require_method};
use crate::second_factors::notice;
use crate::sessions::TERMS;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, RecoveryCodeId};
use frame::{Call, Endpoint, endpoint};
use mail::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![recover::endpoint(), get::endpoint(), rotate::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Recover {
    #[serde(flatten)]
    completing: CompletingInput,
    /// A recovery code that was not used yet. Capitals, spaces and hyphens make no difference.
    recovery_code: String,
}

#[derive(Serialize, JsonSchema)]
struct Remaining {
    /// How many recovery codes are left.
    recovery_codes_remaining: usize,
}

/// Use a recovery code in the place of the authenticator app.
///
/// Completes a login, or adds to a session. The code is used up.
#[endpoint(
    "recovery_codes.recover",
    POST "/v1/b2b/recovery_codes/recover",
    browser POST "/sdk/v1/b2b/recovery_codes/recover" takes(
        organization_id, member_id, recovery_code, session_duration_minutes, dfp_telemetry_id, captcha_token,
        intermediate_session_token
    ),
    errors(
        MissingIntermediateSession, NoSessionArguments, TotpCodeUsedAsRecoveryCode, NoRecoveryCodeBackedFactor,
        UnableToAuthenticateRecoveryCode, RestrictedMfaMethod, ..HOLDER, ..ATTEMPTS, ..LOGIN, ..TERMS
    )
)]
fn recover(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Recover) -> Result<Outcome<Remaining>> {
    if Code::parse(&input.recovery_code).is_some() {
        return Err(ApiError::TotpCodeUsedAsRecoveryCode.into());
    }
    let completing = input.completing.begin(tx, cx, &cx.caller.ambient)?;
    let (organization, member) = (&completing.organization, &completing.member);
    let backed = registration::find_active(tx, cx, member)?.ok_or(ApiError::NoRecoveryCodeBackedFactor)?;
    require_method(organization, member, MfaMethod::Totp)?;
    let target = Target::Second { organization: &organization.organization_id, member: &member.member_id };
    attempts::check(tx, cx, &target)?;
    let mut codes = backed.secrets.recovery_codes.clone();
    let Some(at) = recovery_codes::position(&codes, &input.recovery_code) else {
        return Err(attempts::failed(tx, cx, &target, ApiError::UnableToAuthenticateRecoveryCode)?);
    };
    codes.remove(at);
    let remaining = Remaining { recovery_codes_remaining: codes.len() };
    backed.set_recovery_codes(tx, cx, member, "recovery_codes.recover", codes)?;
    attempts::succeeded(tx, cx, &target)?;
    notice::tell(tx, cx, Template::RecoveryCodeUsed, organization, member)?;
    let factor = Factor::recovery_code(RecoveryCodeId::new(cx.project().environment), cx.now());
    let outcome = completing.finish(tx, cx, factor, |_| {}, Wishes::default())?;
    Ok(outcome.with(remaining))
}

#[derive(Deserialize, JsonSchema)]
struct OfMember {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
}

#[derive(Serialize, JsonSchema)]
struct RecoveryCodes {
    /// The recovery codes that are left.
    recovery_codes: Vec<String>,
    member_id: MemberId,
    /// The member as it is now.
    member: Member,
    /// The member's organization.
    organization: Organization,
}

/// The member that a request names, with the app that the codes stand in for. Whoever acts as a member gets their own codes,
/// once they have proven a second factor lately: a session that was left open does not give them away (threat T-39).
fn find(tx: &mut Tx, cx: &Cx, input: &OfMember) -> Result<(Organization, Member, Registration)> {
    let (organization, member) = members::find_for(tx, cx, &input.organization_id, &input.member_id)?;
    if cx.acting.is_some() && !cx.is_oneself(&member.member_id) {
        return Err(ApiError::UnauthorizedAction.because("Recovery codes are their member's own."));
    }
    cx.require_second_factor()?;
    let backed = registration::find_active(tx, cx, &member)?.ok_or(ApiError::RecoveryCodesNotFound)?;
    Ok((organization, member, backed))
}

/// Get the recovery codes that a member has left.
#[endpoint(
    "recovery_codes.get",
    GET "/v1/b2b/recovery_codes/{organization_id}/{member_id}",
    myself GET "/sdk/v1/b2b/recovery_codes",
    errors(OrganizationNotFound, MemberNotFound, RecoveryCodesNotFound, InsufficientFactors, StaleFactors)
)]
fn get(tx: &mut Tx, cx: &Call<Actor>, input: OfMember) -> Result<RecoveryCodes> {
    let (organization, member, backed) = find(tx, cx, &input)?;
    let recovery_codes = backed.secrets.recovery_codes;
    Ok(RecoveryCodes { recovery_codes, member_id: member.member_id.clone(), member, organization })
}

/// Give a member new recovery codes. The old ones are good no more.
#[endpoint(
    "recovery_codes.rotate",
    POST "/v1/b2b/recovery_codes/rotate",
    myself POST "/sdk/v1/b2b/recovery_codes/rotate" takes(dfp_telemetry_id, captcha_token),
    errors(OrganizationNotFound, MemberNotFound, RecoveryCodesNotFound, InsufficientFactors, StaleFactors)
)]
fn rotate(tx: &mut Tx, cx: &Call<Actor>, input: OfMember) -> Result<RecoveryCodes> {
    let (organization, member, backed) = find(tx, cx, &input)?;
    let codes = recovery_codes::generate()?;
    backed.set_recovery_codes(tx, cx, &member, "recovery_codes.rotate", codes.clone())?;
    Ok(RecoveryCodes { recovery_codes: codes, member_id: member.member_id.clone(), member, organization })
}
