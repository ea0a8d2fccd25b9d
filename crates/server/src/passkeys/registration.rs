//! Registering a passkey: with half a login, or with a session in which the member has lately shown who they are (threat T-39).

use super::view::WebauthnRegistration;
use super::{MOST, descriptors, handle, proof, relying_party, upkeep};
use crate::actor::ProjectCaller;
use crate::ceremonies::{
    AttestationResponse, Ceremony, Challenge, CreationOptions, New, PublicKeyCredential, RelyingParty, User, refused,
};
use crate::decision::{Decision, Question, Subject, decide, may_add_passkey, may_begin_with_passkey};
use crate::factors::Factor;
use crate::login::{LOGIN, Outcome};
use crate::members::Member;
use crate::organizations::Organization;
use crate::second_factors::{self, Begun, CompletingInput, Enrollment, HOLDER, HolderInput, Wishes};
use crate::sessions::TERMS;
use crate::stored_passkeys::{self, Passkey};
use data_encoding::HEXLOWER;
use database::{Json, Tx};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, WebauthnRegistrationId};
use frame::{Call, Endpoint, endpoint};
use mail::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![start::endpoint(), register::endpoint()]
}

/// Minutes within which the factors have to be proven that a passkey is registered with.
const FRESH: i64 = 60;

/// What can be wrong with registering a passkey.
const ENROL: &[ApiError] = &[ApiError::RestrictedPasskeys, ApiError::InsufficientFactors, ApiError::StaleFactors];

/// Whether the member may register a passkey. It logs in by itself, so it takes all that a login takes, proven lately.
fn require_enrolment(cx: &Cx, organization: &Organization, member: &Member, begun: &Begun) -> Result<()> {
    let (settings, is_breakglass) = (&organization.settings, member.is_breakglass);
    if !may_begin_with_passkey(settings, is_breakglass) && !may_add_passkey(settings, is_breakglass) {
        return Err(ApiError::RestrictedPasskeys.into());
    }
    second_factors::require_proof_of_the_other(member, Some(begun))?;
    let counts = |factor: &&Factor| factor.is_since(member.sessions_ended_at);
    let factors: Vec<_> = begun.factors().iter().filter(counts).cloned().collect();
    let question =
        Question { settings, member: Subject::of(member), factors: &factors, now: cx.now(), within: Some(FRESH) };
    let has_second = || factors.iter().any(|factor| factor.is_second() && factor.is_within(FRESH, cx.now()));
    match decide(&question) {
        Decision::PrimaryRequired(_) => Err(ApiError::StaleFactors.because(LOG_IN_AGAIN)),
        _ if member.has_second_factor() && !has_second() => Err(ApiError::StaleFactors.into()),
        _ => Ok(()),
    }
}

const LOG_IN_AGAIN: &str = "The member logged in more than an hour ago. Have them log in again in this session.";

#[derive(Deserialize, JsonSchema)]
struct Start {
    #[serde(flatten)]
    holder: HolderInput,
    /// The host of the page, where the project has pages at several and no `Origin` says which it is.
    domain: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Started {
    member_id: MemberId,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON()`, and with that for `navigator.credentials.create()`.
    public_key_credential_creation_options: CreationOptions,
}

/// Begin to register a passkey.
///
/// Answers what the browser asks the authenticator for. The member must have logged in within the last hour, in the login or
/// session given, and have proven a second factor, if they have one.
#[endpoint(
    "webauthn.register_start",
    POST "/v1/b2b/webauthn/register/start",
    browser POST "/sdk/v1/b2b/webauthn/register/start" takes(
        organization_id, member_id, domain, dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    reads,
    errors(
        MissingIntermediateSession, NoSessionArguments, InvalidPasskeyDomain, TooManyWebauthnRegistrations, ..HOLDER, ..ENROL
    )
)]
fn start(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Start) -> Result<Started> {
    let (organization, member, begun) = input.holder.required(tx, cx, &cx.caller.ambient)?;
    require_enrolment(cx, &organization, &member, &begun)?;
    let domain = relying_party::domain(tx, cx, input.domain.as_deref(), cx.head.telling_origin())?;
    let known = stored_passkeys::of_member(tx, &organization.organization_id, &member.member_id)?;
    check_room(&known)?;
    let challenge = New {
        ceremony: Ceremony::Create,
        domain: domain.clone(),
        user_verification: false,
        organization_id: Some(organization.organization_id.clone()),
        member_id: Some(member.member_id.clone()),
        operator: None,
    };
    let (email, name) = (member.email_address.as_str(), &organization.organization_name);
    let user = User {
        id: handle::to_text(&organization.organization_id, &member.member_id),
        name: format!("{email} ({name})"),
        display_name: if member.name.is_empty() { email.to_owned() } else { member.name.clone() },
    };
    let rp = RelyingParty { id: domain, name: cx.project().name.clone() };
    let options = CreationOptions::new(rp, user, challenge.make(cx)?, descriptors(&known));
    Ok(Started { member_id: member.member_id, public_key_credential_creation_options: options })
}

fn check_room(known: &[Passkey]) -> Result<()> {
    if known.len() < MOST { Ok(()) } else { Err(ApiError::TooManyWebauthnRegistrations.into()) }
}

#[derive(Deserialize, JsonSchema)]
struct Register {
    #[serde(flatten)]
    completing: CompletingInput,
    /// What `navigator.credentials.create()` has given, by its `toJSON()`.
    public_key_credential: PublicKeyCredential<AttestationResponse>,
    /// What the person calls it; `Passkey` when absent.
    #[schemars(with = "Option<upkeep::PasskeyName>")]
    name: Option<String>,
    /// Whether the member is to be asked for a second factor from now on, though the organization does not require one.
    set_mfa_enrollment: Option<Enrollment>,
}

#[derive(Serialize, JsonSchema)]
struct Registered {
    /// The passkey that was registered.
    webauthn_registration: WebauthnRegistration,
}

/// Register a passkey.
///
/// It is proven with that: this completes a login, or adds to a session. The person is told by mail.
#[endpoint(
    "webauthn.register",
    POST "/v1/b2b/webauthn/register",
    browser POST "/sdk/v1/b2b/webauthn/register" takes(
        organization_id, member_id, public_key_credential, name, session_duration_minutes, set_mfa_enrollment,
        dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    errors(
        MissingIntermediateSession, NoSessionArguments, InvalidPublicKeyCredential, WebauthnChallengeNotFound,
        UnableToAuthenticateWebauthn, InvalidWebauthnRegistrationName, DuplicateWebauthnRegistration,
        TooManyWebauthnRegistrations, InvalidArgument, ..HOLDER, ..ENROL, ..LOGIN, ..TERMS
    )
)]
fn register(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Register) -> Result<Outcome<Registered>> {
    let name = upkeep::check_name(input.name)?.unwrap_or_else(|| "Passkey".to_owned());
    let created = input.public_key_credential.read()?;
    let completing = input.completing.begin(tx, cx, &cx.caller.ambient)?;
    let (organization, member) = (&completing.organization, &completing.member);
    require_enrolment(cx, organization, member, &completing.begun)?;
    let challenge = Challenge::read(cx, created.challenge(), Ceremony::Create)?;
    if !challenge.is_for(&organization.organization_id, &member.member_id) {
        return Err(ApiError::WebauthnChallengeNotFound.into());
    }
    relying_party::check_origin(tx, cx, created.origin())?;
    let origins = [created.origin()];
    let expected = challenge.expected(created.challenge(), &origins);
    let credential = created.verify(&expected).map_err(refused)?;
    check_room(&stored_passkeys::of_member(tx, &organization.organization_id, &member.member_id)?)?;
    challenge.use_up(tx, cx)?;
    let passkey = Passkey {
        organization_id: organization.organization_id.clone(),
        member_id: member.member_id.clone(),
        id: WebauthnRegistrationId::new(cx.project().environment),
        credential_id: credential.id,
        domain: challenge.domain().to_owned(),
        public_key: credential.key,
        sign_count: credential.count.into(),
        aaguid: aaguid(&credential.model),
        transports: Json(input.public_key_credential.transports()),
        is_backed_up: credential.is_backed_up,
        name,
        created_at: cx.now(),
        last_used_at: cx.now(),
    };
    stored_passkeys::insert(tx, cx, &passkey)?;
    second_factors::tell(tx, cx, Template::SecondFactorAdded, organization, member)?;
    let factor = Factor::passkey(proof(&passkey, credential.is_user_verified), cx.now());
    let set_up = |member: &mut Member| member.has_passkey = true;
    let wishes = Wishes::enrolling(input.set_mfa_enrollment);
    let outcome = completing.finish(tx, cx, factor, set_up, wishes)?;
    Ok(outcome.with(Registered { webauthn_registration: passkey.into() }))
}

/// As UUIDs are written.
fn aaguid(model: &[u8; 16]) -> String {
    let text = HEXLOWER.encode(model);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}
