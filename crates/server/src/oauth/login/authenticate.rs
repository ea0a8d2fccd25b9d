use super::provisioning::{self, PROVISION};
use super::token;
use crate::actor::ProjectCaller;
use crate::login::{self, Evidence, IntermediateSession, LOGIN, Outcome};
use crate::oauth_accounts::Tokens;
use crate::oauth_providers;
use crate::one_time_tokens::pkce::{self, Verifier};
use crate::organizations;
use crate::sessions::{self, TERMS, TermsInput};
use database::{Timestamp, Tx};
use foundation::error::{ApiError, Result};
use foundation::text::OrEmpty;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    /// The `token` that the browser came back with.
    oauth_token: String,
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
pub(super) struct ByOauth {
    /// The provider: `Google`, `Microsoft`, `GitHub`, `Slack`, `HubSpot`, or the name of one that the project has set up itself.
    provider_type: String,
    /// What the provider calls the person.
    provider_subject: String,
    /// What the provider has given for its API.
    provider_values: ProviderValues,
    /// Of the protocol: always `false`.
    reset_sessions: bool,
}

/// What a provider has given for its API.
#[derive(Serialize, JsonSchema)]
pub(super) struct ProviderValues {
    /// What the access token is good for.
    scopes: Vec<String>,
    /// What the provider's API is asked with.
    access_token: String,
    /// What other access tokens are got with; `null` where the provider gave none.
    refresh_token: Option<String>,
    /// Until when the access token is good (RFC 3339); `null` where the provider does not say it.
    #[serde(with = "foundation::time::optional")]
    #[schemars(with = "Option<String>")]
    expires_at: Option<Timestamp>,
    /// What the provider has signed about the person; `null` where it signs nothing.
    id_token: Option<String>,
}

impl From<Tokens> for ProviderValues {
    fn from(tokens: Tokens) -> Self {
        let Tokens { access_token, expires_at, refresh_token, id_token, scopes } = tokens;
        Self { scopes, access_token, refresh_token, expires_at, id_token }
    }
}

/// Finish a login at an OAuth provider.
///
/// The token works once, for 5 minutes. An account that is not a member's yet becomes one where the provider's word about the address
/// is a proof; otherwise the answer asks for a proof of the address, with an intermediate session, and the account becomes the
/// member's with that. Whoever is new becomes a member where people of their email domain may join.
#[endpoint(
    "oauth.authenticate",
    POST "/v1/b2b/oauth/authenticate",
    browser POST "/sdk/v1/b2b/oauth/authenticate" takes(
        oauth_token, session_duration_minutes, locale, pkce_code_verifier, intermediate_session_token, dfp_telemetry_id,
        captcha_token
    ),
    errors(
        OauthTokenNotFound, OauthConfigNotFound, TooManySessionArguments, PkceExpectedCodeVerifier,
        PkceDidNotExpectCodeVerifier, PkceMismatch, InvalidPkceCodeVerifier, InvalidOauthTenantForJit, ..PROVISION, ..LOGIN, ..TERMS
    )
)]
pub(super) fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome<ByOauth>> {
    let terms = input.terms.check(cx)?;
    let (id, arrived) = token::find(tx, cx, &input.oauth_token)?;
    let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or(ApiError::OauthTokenNotFound)?;
    pkce::verify(arrived.pkce_code_challenge.as_deref(), input.pkce_code_verifier.as_deref(), cx.is_browser())?;
    let account = arrived.arrival.account.clone();
    let provider = account.provider();
    if !oauth_providers::has(tx, cx.project(), &provider)? {
        return Err(ApiError::OauthConfigNotFound.into());
    }
    let (mut member, factor) = provisioning::member(tx, cx, &organization, &arrived)?;
    let ambient = &cx.caller.ambient;
    let session = sessions::given_for(tx, cx, ambient, &member, input.session_token, input.session_jwt)?;
    let intermediate_token = input.intermediate_session_token.as_deref();
    let intermediate = IntermediateSession::given_for(tx, cx, ambient, intermediate_token, &id, &member.email_address)?;
    if intermediate.is_none() {
        provisioning::follow_address(tx, cx, &organization, &mut member, &account, session.as_ref())?;
    }
    let evidence = Evidence { factors: vec![factor], intermediate, session, source: None, locale: input.locale };
    let outcome = login::finish(tx, cx, organization, member, evidence, terms)?;
    Ok(outcome.with(ByOauth {
        provider_type: provider.type_name().to_owned(),
        provider_subject: account.subject,
        provider_values: arrived.arrival.tokens.into(),
        reset_sessions: false,
    }))
}
