use super::code::{Code, Verdict};
use super::registration::{self, Registration, Secrets};
use super::{qr_code, recovery_codes, secret};
use crate::actor::ProjectCaller;
use crate::attempts::{self, ATTEMPTS, Target};
use crate::factors::Factor;
use crate::login::{LOGIN, Outcome};
use crate::members::{self, Member, MemberRef};
use crate::organizations::{self, MfaMethod, Organization, OrganizationRef};
use crate::second_factors::completing::{CompletingInput, Wishes};
use crate::second_factors::holder::{ENROL, HOLDER, HolderInput, require_enrolment, require_method};
use crate::sessions::TERMS;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, TotpRegistrationId};
use foundation::time;
use frame::{Answer, Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![create::endpoint(), authenticate::endpoint(), migrate::endpoint()]
}

/// Minutes in which a registration has to be completed.
const EXPIRATION: RangeInclusive<i64> = 5..=1440;
/// Unless it is said otherwise.
const USUAL: i64 = 60;

#[derive(Deserialize, JsonSchema)]
struct Create {
    #[serde(flatten)]
    holder: HolderInput,
    /// For how many minutes the registration can be completed; 60 when absent.
    #[schemars(range(min = *EXPIRATION.start(), max = *EXPIRATION.end()))]
    expiration_minutes: Option<i64>,
}

/// A registration that was begun; its picture is drawn once everything is stored.
struct Begun {
    member: Member,
    organization: Organization,
    id: TotpRegistrationId,
    secrets: Secrets,
}

#[derive(Serialize, JsonSchema)]
struct Created {
    /// The id of the authenticator app.
    totp_registration_id: TotpRegistrationId,
    /// The key of the app (base32), for those who cannot scan the picture.
    secret: String,
    /// The picture that the app scans: a PNG as a `data:` URL.
    qr_code: String,
    /// Codes of which each stands in for the app once. They are good when the registration is complete.
    recovery_codes: Vec<String>,
    member_id: MemberId,
    /// The member as it is now.
    member: Member,
    /// The member's organization.
    organization: Organization,
}

impl Answer for Begun {
    type Output = Created;

    async fn finish(self, cx: &Cx) -> Result<Created> {
        let Begun { member, organization, id, secrets } = self;
        let (name, email) = (&organization.organization_name, member.email_address.as_str());
        let url = qr_code::url(&cx.project().name, name, email, &secrets.secret);
        Ok(Created {
            totp_registration_id: id,
            qr_code: qr_code::draw(&url)?,
            secret: secrets.secret,
            recovery_codes: secrets.recovery_codes,
            member_id: member.member_id.clone(),
            member,
            organization,
        })
    }
}

/// Register an authenticator app.
///
/// It counts from the first code of it that is accepted, which `totp/authenticate` takes. Who has a second factor already must
/// have proven it in the login or session given.
#[endpoint(
    "totp.create",
    POST "/v1/b2b/totp",
    browser POST "/sdk/v1/b2b/totp" takes(
        organization_id, member_id, expiration_minutes, dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    errors(InvalidArgument, MissingIntermediateSession, ActiveTotpExists, PendingTotpExists, ..HOLDER, ..ENROL)
)]
fn create(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Create) -> Result<Begun> {
    let minutes = input.expiration_minutes.unwrap_or(USUAL);
    if !EXPIRATION.contains(&minutes) {
        return Err(ApiError::InvalidArgument.because("expiration_minutes is 5 to 1440."));
    }
    let holder = input.holder.holder(tx, cx, &cx.caller.ambient)?;
    // Whoever is in the middle of it may begin anew, as after closing the page; a backend is told that somebody is.
    check_none(tx, cx, &holder.member, holder.begun.is_some())?;
    require_enrolment(&holder.organization, &holder.member, holder.begun.as_ref(), MfaMethod::Totp)?;
    let secrets = Secrets::generate()?;
    let expires_at = time::after_minutes(cx.now(), minutes);
    let id = registration::register(tx, cx, &holder.member, &secrets, Some(expires_at))?;
    Ok(Begun { member: holder.member, organization: holder.organization, id, secrets })
}

/// Whether the member has no app yet.
///
/// # Errors
/// `active_totp_exists`, `pending_totp_exists`.
fn check_none(tx: &mut Tx, cx: &Cx, member: &Member, may_begin_anew: bool) -> Result<()> {
    match registration::find(tx, cx, member)?.map(|registration| registration.expires_at) {
        Some(None) => Err(ApiError::ActiveTotpExists.into()),
        Some(Some(end)) if end > cx.now() && !may_begin_anew => Err(ApiError::PendingTotpExists.into()),
        _ => Ok(()),
    }
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    #[serde(flatten)]
    completing: CompletingInput,
    #[serde(flatten)]
    wishes: Wishes,
    /// The six digits that were sent.
    code: String,
}

/// Prove an authenticator app with a code.
///
/// Completes a login, or adds to a session. The first code completes the registration. Each code is accepted once, and the one
/// before and after the present one too.
#[endpoint(
    "totp.authenticate",
    POST "/v1/b2b/totp/authenticate",
    browser POST "/sdk/v1/b2b/totp/authenticate" takes(
        organization_id, member_id, code, session_duration_minutes, set_mfa_enrollment, set_default_mfa,
        dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    errors(
        InvalidArgument, MissingIntermediateSession, NoSessionArguments, InvalidTotpCode, RecoveryCodeUsedAsTotpCode,
        TotpNotFound, ExpiredTotp, TotpCodeAlreadyAuthenticated, UnableToAuthenticateTotp, RestrictedMfaMethod,
        InsufficientFactors, ..HOLDER, ..ATTEMPTS, ..LOGIN, ..TERMS
    )
)]
fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome> {
    let code = match Code::parse(&input.code) {
        Some(code) => code,
        None if recovery_codes::could_be_one(&input.code) => return Err(ApiError::RecoveryCodeUsedAsTotpCode.into()),
        None => return Err(ApiError::InvalidTotpCode.into()),
    };
    let completing = input.completing.begin(tx, cx, &cx.caller.ambient)?;
    let (organization, member) = (&completing.organization, &completing.member);
    require_method(organization, member, MfaMethod::Totp)?;
    let registration = registration::find(tx, cx, member)?.ok_or(ApiError::TotpNotFound)?;
    match registration.expires_at {
        Some(end) if end <= cx.now() => return Err(ApiError::ExpiredTotp.into()),
        // Completing a registration sets up a factor.
        Some(_) => completing.require_enrolment(MfaMethod::Totp)?,
        None => {}
    }
    let target = Target::Second { organization: &organization.organization_id, member: &member.member_id };
    attempts::check(tx, cx, &target)?;
    match registration.check(cx, &code)? {
        Verdict::Right(step) => registration.accept(tx, cx, member, step)?,
        Verdict::Used => return Err(ApiError::TotpCodeAlreadyAuthenticated.into()),
        Verdict::Wrong => return Err(attempts::failed(tx, cx, &target, ApiError::UnableToAuthenticateTotp)?),
    }
    attempts::succeeded(tx, cx, &target)?;
    let Registration { id, .. } = registration;
    let factor = Factor::totp(id.clone(), cx.now());
    let set_up = |member: &mut Member| member.totp_registration_id = id.to_string();
    completing.finish(tx, cx, factor, set_up, input.wishes)
}

#[derive(Deserialize, JsonSchema)]
struct Migrate {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// The key of the app (base32), of 10 to 64 bytes.
    secret: String,
    /// The recovery codes that the member has. New ones are made when there are none.
    #[serde(default)]
    recovery_codes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct Migrated {
    /// The id of the authenticator app.
    totp_registration_id: TotpRegistrationId,
    /// The member's recovery codes, each good once. Show them to the member now.
    recovery_codes: Vec<String>,
    member_id: MemberId,
    /// The member as it is now.
    member: Member,
    /// The member's organization.
    organization: Organization,
}

/// Bring along an authenticator app that a member has set up elsewhere.
///
/// It counts at once. Codes are of SHA-1, have six digits and last 30 seconds.
#[endpoint(
    "totp.migrate",
    POST "/v1/b2b/totp/migrate",
    errors(OrganizationNotFound, MemberNotFound, InvalidArgument, InvalidRecoveryCode, ActiveTotpExists, ActiveMembersOnly)
)]
fn migrate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Migrate) -> Result<Migrated> {
    let secret = secret::normalized(&input.secret)
        .ok_or_else(|| ApiError::InvalidArgument.because("secret is base32 of 10 to 64 bytes."))?;
    let codes = match input.recovery_codes.is_empty() {
        true => recovery_codes::generate()?,
        false => recovery_codes::brought(input.recovery_codes).ok_or(ApiError::InvalidRecoveryCode)?,
    };
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let before = members::find(tx, &organization, &input.member_id)?;
    if before.status != members::Status::Active {
        return Err(ApiError::ActiveMembersOnly.into());
    }
    check_none(tx, cx, &before, true)?;
    let secrets = Secrets { secret, recovery_codes: codes };
    let id = registration::register(tx, cx, &before, &secrets, None)?;
    let mut member = before.clone();
    member.totp_registration_id = id.to_string();
    if member.default_mfa_method.is_empty() {
        member.default_mfa_method = MfaMethod::Totp.as_str().to_owned();
    }
    members::save(tx, cx, "member.update", &organization, &before, &mut member)?;
    Ok(Migrated {
        totp_registration_id: id,
        recovery_codes: secrets.recovery_codes,
        member_id: member.member_id.clone(),
        member,
        organization,
    })
}
