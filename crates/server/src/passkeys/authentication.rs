//! Using a passkey: to log in, within an organization or with whatever passkey the person chooses, as a second factor, or to show
//! once more in a session who is there.

use super::{descriptors, handle, proof, relying_party};
use crate::actor::ProjectCaller;
use crate::ceremonies::{AssertionResponse, Ceremony, Challenge, New, PublicKeyCredential, RequestOptions, refused};
use crate::factors::Factor;
use crate::login::{self, Evidence, IntermediateSession, LOGIN, Outcome};
use crate::members::{self, Member, MemberRef};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::second_factors::{HOLDER, HolderInput};
use crate::sessions::{self, TERMS, TermsInput};
use crate::stored_passkeys::{self, Passkey, Use};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{MemberId, OrganizationId, WebauthnRegistrationId};
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use webauthn::{Known, Shown};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![start::endpoint(), authenticate::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Start {
    /// The organization to log in to; that of the passkey that the person chooses when absent.
    organization_id: Option<OrganizationRef>,
    /// The member: the id or the external id. Without one, the browser offers the passkeys that its authenticators remember.
    member_id: Option<MemberRef>,
    /// What the login so far has answered: the passkey is the second factor then.
    intermediate_session_token: Option<String>,
    /// The token of a session of the member, to show once more who is there.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    /// The host of the page, where the project has pages at several and no `Origin` says which it is.
    domain: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Started {
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON()`, and with that for `navigator.credentials.get()`.
    public_key_credential_request_options: RequestOptions,
}

/// Begin to use a passkey.
///
/// Answers what the browser asks the authenticator for. Without a member, the browser offers the passkeys that it knows, and the
/// one that the person chooses says whose it is. A page names a member only with their session or half a login: what passkeys a
/// member has is nobody else's business.
#[endpoint(
    "webauthn.authenticate_start",
    POST "/v1/b2b/webauthn/authenticate/start",
    browser POST "/sdk/v1/b2b/webauthn/authenticate/start" takes(
        organization_id, member_id, domain, dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    reads,
    errors(InvalidArgument, MissingIntermediateSession, InvalidPasskeyDomain, WebauthnRegistrationNotFound, ..HOLDER)
)]
fn start(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Start) -> Result<Started> {
    let domain = relying_party::domain(tx, cx, input.domain.as_deref(), cx.head.telling_origin())?;
    let given = |named: &&OrganizationRef| !named.as_str().is_empty();
    let organization = input.organization_id.as_ref().filter(given).cloned();
    let asked = match (organization, input.member_id) {
        (Some(organization_id), Some(member_id)) => {
            let shown = [input.intermediate_session_token, input.session_token, input.session_jwt];
            of_member(tx, cx, HolderInput::naming(organization_id, member_id, shown), &domain)?
        }
        (None, Some(_)) => return Err(ApiError::InvalidArgument.because("A member is named with an organization_id.")),
        (Some(organization), None) => {
            let organization = organizations::find(tx, cx.project(), &organization)?;
            Asked { organization_id: Some(organization.organization_id), ..Asked::of_anybody() }
        }
        (None, None) => Asked::of_anybody(),
    };
    let Asked { organization_id, member_id, known, user_verification } = asked;
    let (ceremony, operator) = (Ceremony::Get, None);
    let challenge = New { ceremony, domain: domain.clone(), user_verification, organization_id, member_id, operator };
    let options = RequestOptions::new(challenge.make(cx)?, domain, descriptors(&known), user_verification);
    Ok(Started { public_key_credential_request_options: options })
}

/// Whose passkeys are asked for.
struct Asked {
    organization_id: Option<OrganizationId>,
    member_id: Option<MemberId>,
    known: Vec<Passkey>,
    user_verification: bool,
}

impl Asked {
    fn of_anybody() -> Self {
        Self { organization_id: None, member_id: None, known: Vec::new(), user_verification: true }
    }
}

/// Those of a member. Who has shown a first factor needs only show that the passkey is there.
fn of_member(tx: &mut Tx, cx: &Call<ProjectCaller>, holder: HolderInput, domain: &str) -> Result<Asked> {
    let holder = holder.holder(tx, cx, &cx.caller.ambient)?;
    let (organization, member) = (holder.organization.organization_id, holder.member.member_id);
    let mut known = stored_passkeys::of_member(tx, &organization, &member)?;
    known.retain(|passkey| passkey.domain == domain);
    if known.is_empty() {
        return Err(ApiError::WebauthnRegistrationNotFound.because("The member has no passkey for this domain."));
    }
    let user_verification = holder.begun.is_none();
    Ok(Asked { organization_id: Some(organization), member_id: Some(member), known, user_verification })
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    /// What `navigator.credentials.get()` has given, by its `toJSON()`.
    public_key_credential: PublicKeyCredential<AssertionResponse>,
    /// The token of a session of the same member, which goes on.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    /// What an earlier step of the same login has answered, if there was one.
    intermediate_session_token: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct ByPasskey {
    /// The id of the passkey that was used.
    webauthn_registration_id: WebauthnRegistrationId,
}

/// Use a passkey.
///
/// Completes a login, or adds to a session. With a passkey by which the authenticator has verified the person nothing else is
/// needed, not even a second factor, unless the organization restricts its methods. If it asks for more, the answer says for what,
/// with an intermediate session.
#[endpoint(
    "webauthn.authenticate",
    POST "/v1/b2b/webauthn/authenticate",
    browser POST "/sdk/v1/b2b/webauthn/authenticate" takes(
        public_key_credential, session_duration_minutes, locale, dfp_telemetry_id, captcha_token,
        intermediate_session_token
    ),
    errors(
        InvalidPublicKeyCredential, WebauthnChallengeNotFound, UnableToAuthenticateWebauthn, EmailDomainIsClaimed,
        TooManySessionArguments, ..LOGIN, ..TERMS
    )
)]
fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome<ByPasskey>> {
    let terms = input.terms.check(cx)?;
    let shown = input.public_key_credential.read()?;
    let challenge = Challenge::read(cx, shown.challenge(), Ceremony::Get)?;
    let (organization, member) = whose(tx, cx, &challenge, &shown)?;
    let (id, ambient) = (&organization.organization_id, &cx.caller.ambient);
    let passkey = stored_passkeys::find_by_credential(tx, id, &member.member_id, shown.id())?;
    let passkey = passkey.ok_or(ApiError::UnableToAuthenticateWebauthn)?;
    let is_user_verified = verify(tx, cx, &challenge, &shown, &passkey)?;
    organizations::check_claimed(tx, cx.project(), Some(id), &member.email_address)?;
    let session = sessions::given_for(tx, cx, ambient, &member, input.session_token, input.session_jwt)?;
    let token = input.intermediate_session_token.as_deref();
    let intermediate = IntermediateSession::given_for(tx, cx, ambient, token, id, &member.email_address)?;
    let factor = Factor::passkey(proof(&passkey, is_user_verified), cx.now());
    let evidence = Evidence { factors: vec![factor], intermediate, session, source: None, locale: input.locale };
    let outcome = login::finish(tx, cx, organization, member, evidence, terms)?;
    Ok(outcome.with(ByPasskey { webauthn_registration_id: passkey.id }))
}

/// The member whose passkey it says it is: the one that was asked for, or whom the authenticator remembers.
fn whose(tx: &mut Tx, cx: &Cx, challenge: &Challenge, shown: &Shown) -> Result<(Organization, Member)> {
    let unknown = || Error::from(ApiError::UnableToAuthenticateWebauthn);
    let remembered = shown.handle().and_then(|bytes| handle::read(bytes, cx.project().environment));
    let named = challenge.member().map(|(organization, member)| (organization.clone(), member.clone()));
    let (organization_id, member_id) = named.or(remembered).ok_or_else(unknown)?;
    if !challenge.is_for(&organization_id, &member_id) {
        return Err(unknown());
    }
    let organization = organizations::find_by_id(tx, cx.project(), &organization_id)?.ok_or_else(unknown)?;
    match members::find_by_id(tx, &organization, &member_id) {
        Ok(member) => Ok((organization, member)),
        Err(Error::Api(..)) => Err(unknown()),
        Err(fault) => Err(fault),
    }
}

/// Verifies what was shown, and notes that the passkey was used; whether the authenticator has verified who is there.
fn verify(tx: &mut Tx, cx: &Cx, challenge: &Challenge, shown: &Shown, passkey: &Passkey) -> Result<bool> {
    relying_party::check_origin(tx, cx, shown.origin())?;
    if passkey.domain != challenge.domain() {
        return Err(ApiError::UnableToAuthenticateWebauthn.into());
    }
    let origins = [shown.origin()];
    let expected = challenge.expected(shown.challenge(), &origins);
    let count = u32::try_from(passkey.sign_count).map_err(|_| Error::internal("a stored count is no count"))?;
    let known = Known {
        id: &passkey.credential_id,
        key: &passkey.public_key,
        handle: &handle::of(&passkey.organization_id, &passkey.member_id),
        count,
    };
    let assertion = shown.verify(&expected, &known).map_err(refused)?;
    challenge.use_up(tx, cx)?;
    if !assertion.counter_goes_on {
        // Somebody has a copy of the key: the refusal is remembered, and so is that the challenge was answered.
        stored_passkeys::tell_of_counter(tx, cx, passkey, assertion.count)?;
        return Err(ApiError::UnableToAuthenticateWebauthn.because(COPIED).kept());
    }
    let used = Use { sign_count: assertion.count, is_backed_up: assertion.is_backed_up };
    stored_passkeys::note_use(tx, cx, passkey, used)?;
    Ok(assertion.is_user_verified)
}

const COPIED: &str = "The counter of this passkey went back, as if there were two of it. Have the person log in another way, and register \
                      it anew.";
