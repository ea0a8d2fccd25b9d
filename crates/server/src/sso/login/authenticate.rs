use super::provisioning::{self, PROVISION};
use super::store::{self, StoredToken};
use super::token;
use crate::actor::ProjectCaller;
use crate::factors::{Factor, SsoFactor};
use crate::login::{self, Evidence, IntermediateSession, LOGIN, Outcome};
use crate::members;
use crate::one_time_tokens::pkce::{self, Verifier};
use crate::organizations;
use crate::sessions::{self, TERMS, TermsInput};
use database::Tx;
use foundation::error::{ApiError, Result};
use foundation::text::OrEmpty;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    /// The `token` that the browser came back with.
    sso_token: String,
    /// PKCE: what the `pkce_code_challenge` of the login was made from. Needed exactly when it was begun with one.
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    pkce_code_verifier: Option<String>,
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
pub(super) struct BySso {
    /// The id of the member's registration with the connection.
    method_id: String,
    /// Of the protocol: always `false`.
    reset_session: bool,
}

/// Finish a login by SSO.
///
/// The token works once, for 5 minutes. Whoever is new becomes a member, where the organization takes people in by this
/// connection. If it asks for more, the answer says for what, with an intermediate session.
#[endpoint(
    "sso.authenticate",
    POST "/v1/b2b/sso/authenticate",
    browser POST "/sdk/v1/b2b/sso/authenticate" takes(
        sso_token, session_duration_minutes, locale, pkce_code_verifier, intermediate_session_token, dfp_telemetry_id,
        captcha_token
    ),
    errors(
        SsoTokenNotFound, RequiresActiveSsoConnection, TooManySessionArguments, PkceExpectedCodeVerifier,
        PkceDidNotExpectCodeVerifier, PkceMismatch, InvalidPkceCodeVerifier, ..PROVISION, ..LOGIN, ..TERMS
    )
)]
pub(super) fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome<BySso>> {
    let terms = input.terms.check(cx)?;
    if let Some(id) = token::organization_of(cx, &input.sso_token) {
        organizations::prefetch(tx, cx.project(), &id)?;
    }
    let (id, token) = token::find(tx, cx, &input.sso_token)?;
    let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or(ApiError::SsoTokenNotFound)?;
    pkce::verify(token.pkce_code_challenge.as_deref(), input.pkce_code_verifier.as_deref(), cx.is_browser())?;
    if cx.is_browser() && cx.project().settings.pkce_required_for_sso && token.pkce_code_challenge.is_none() {
        return Err(ApiError::PkceExpectedCodeVerifier.because(
            "The identity provider began this login by itself, which the project does not take from browsers.",
        ));
    }
    if !organization.settings.has_active_sso_connection(&token.connection_id) {
        return Err(ApiError::RequiresActiveSsoConnection.into());
    }
    let StoredToken { token_hash, connection_id, identity, .. } = token;
    let protocol = identity.protocol;
    let external_id = identity.external_id.clone();
    provisioning::prefetch(tx, cx, &id, &connection_id, &identity)?;
    let (session_token, session_jwt) = (input.session_token, input.session_jwt);
    let ambient = &cx.caller.ambient;
    let intermediate_token = input.intermediate_session_token.as_deref();
    let has_shown = |tx: &mut Tx, member: &members::Member| {
        if sessions::given_for(tx, cx, ambient, member, session_token.clone(), session_jwt.clone())?.is_some() {
            return Ok(true);
        }
        let intermediate =
            IntermediateSession::given_for(tx, cx, ambient, intermediate_token, &id, &member.email_address)?;
        Ok(intermediate.is_some_and(|intermediate| intermediate.proven_address().is_some()))
    };
    let (member, registration_id) = provisioning::member(tx, cx, &organization, &connection_id, identity, has_shown)?;
    store::use_token(tx, &id, &token_hash, cx.now())?;
    let session = sessions::given_for(tx, cx, ambient, &member, session_token.clone(), session_jwt.clone())?;
    let intermediate = IntermediateSession::given_for(tx, cx, ambient, intermediate_token, &id, &member.email_address)?;
    let account = SsoFactor { id: registration_id.clone(), provider_id: connection_id, external_id };
    let factor = Factor::sso(protocol.method(), account, cx.now());
    let evidence = Evidence { factors: vec![factor], intermediate, session, source: None, locale: input.locale };
    let outcome = login::finish(tx, cx, organization, member, evidence, terms)?;
    Ok(outcome.with(BySso { method_id: registration_id, reset_session: false }))
}
