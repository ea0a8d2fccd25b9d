//! A browser that has come back from a provider.

use super::super::asking::{self, Asked, Refused};
use super::begun::{Goal, Told, parse_state};
use super::provisioning;
use super::{store, token};
use crate::begun::{self, NotHere, ProviderAnswer, State};
use crate::oauth_accounts::Arrival;
use crate::oauth_providers::{self, Configured, Provider, callback_url, project_of_callback};
use crate::organizations;
use crate::projects;
use crate::sentence::sentence;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use frame::{Cookie, Head};
use oidc::callback;
use oidc::token_request::Grant;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use url::Url;

/// Why a provider's answer leads nowhere.
pub(crate) const CALLBACK: &[ApiError] = &[
    ApiError::InvalidCallbackId,
    ApiError::OauthInvalidState,
    ApiError::OauthStateMismatch,
    ApiError::OauthStateUsed,
    ApiError::OauthConfigNotFound,
    ApiError::OauthAuthCodeError,
    ApiError::OauthFlowCallbackError,
    ApiError::OrganizationNotFound,
    ApiError::RestrictedAuthMethod,
    ApiError::EmailDomainIsClaimed,
    ApiError::EmailJitNotAllowed,
    ApiError::InvalidEmailForJit,
    ApiError::InvalidOauthTenantForJit,
    ApiError::InactiveEmail,
];

/// What a provider has a browser bring back.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct CallbackInput {
    /// The id in the address that was registered at the provider: one of the project's.
    pub(crate) oauth_callback_id: String,
    #[serde(flatten)]
    pub(crate) answer: ProviderAnswer,
}

/// Where the browser goes on to.
pub(crate) struct Arrived {
    /// A registered redirect URL, with the token.
    pub(crate) url: String,
    /// The end of the cookie that the browser has kept the login in.
    pub(crate) cookie: Cookie,
}

/// A login that has come back.
struct Back {
    cx: Cx,
    state: State,
    goal: Goal,
    told: Told,
    configured: Configured,
}

/// Takes a callback in.
///
/// # Errors
/// Why it is not accepted, in words.
pub(crate) async fn callback(cx: &Cx, head: &Arc<Head>, input: CallbackInput) -> Result<Arrived> {
    let back = {
        let (cx, head, input) = (cx.clone(), head.clone(), input.clone());
        // Whatever becomes of its code, a login does not come back twice.
        cx.clone().write(move |tx| come_back(tx, &cx, &head, &input)).await?
    };
    let arrival = judge(&back, &input.answer).await.inspect_err(|error| log(error, &back))?;
    let cx = back.cx.clone();
    cx.write(move |tx| arrive(tx, &back, &arrival)).await
}

/// Says that a login was refused that was begun here; what strangers send has no lines. What the provider has said may name an
/// address, and stands on the page of whoever was turned away only; but when it takes our credentials for wrong, an operator is to know.
fn log(error: &Error, back: &Back) {
    let (request_id, provider) = (&back.cx.request_id, back.configured.provider.name());
    match error {
        Error::Api(ApiError::OauthAuthCodeError, reason) => {
            let reason = reason.as_deref().unwrap_or_default();
            tracing::info!(%request_id, provider, reason, "an OAuth provider logged nobody in");
        }
        Error::Api(error, _) => {
            let error = error.error_type();
            tracing::info!(%request_id, provider, error, "what an OAuth provider said was not accepted");
        }
        _ => {}
    }
}

/// The project of the address that browsers come back to. The transaction enters it.
pub(super) fn project_of(tx: &mut Tx, cx: &Cx, oauth_callback_id: &str) -> Result<Cx> {
    let id = project_of_callback(oauth_callback_id).ok_or(ApiError::InvalidCallbackId)?;
    let project = projects::enter(tx, &id).map_err(|error| match error {
        Error::Api(..) => ApiError::InvalidCallbackId.into(),
        fault => fault,
    })?;
    Ok(cx.of_browser(Arc::new(project)))
}

fn come_back(tx: &mut Tx, cx: &Cx, head: &Head, input: &CallbackInput) -> Result<Back> {
    let cx = project_of(tx, cx, &input.oauth_callback_id)?;
    let state = input.answer.state.as_deref().and_then(parse_state).ok_or(ApiError::OauthInvalidState)?;
    let told: Told = begun::find(cx.app.keys(), cx.project(), head, &state, cx.now()).map_err(|not_here| {
        Error::from(match not_here {
            NotHere::NoCookie | NotHere::OtherCookies => ApiError::OauthStateMismatch,
            NotHere::Over => ApiError::OauthStateUsed,
        })
    })?;
    let goal = Goal::of(&state, cx.project());
    let configured = match Provider::parse(&told.provider) {
        Some(provider) => oauth_providers::find(tx, &cx, &provider)?,
        None => None,
    };
    let configured = configured.ok_or(ApiError::OauthConfigNotFound)?;
    let (scope, hash) = (goal.scope(), state.hash(cx.app.keys()));
    let is_first = tx.visit(scope, |tx| store::use_login(tx, &cx.project().id, scope, &hash, told.expires_at))?;
    if is_first { Ok(Back { cx, state, goal, told, configured }) } else { Err(ApiError::OauthStateUsed.into()) }
}

/// Asks the provider who has logged in.
async fn judge(back: &Back, answer: &ProviderAnswer) -> Result<Arrival> {
    let Back { cx, state, told, configured, .. } = back;
    let asked = Asked::of(&cx.app, configured).await;
    let callback = answer.callback();
    // One that has no issuer says none: whatever is said is somebody else's (RFC 9207; threat T-28).
    let (issuer, says_issuer) = asked.issuer().unwrap_or_default();
    let code = callback.code(issuer, says_issuer).map_err(|refused| {
        let error = match refused {
            callback::Refused::Provider { .. } => ApiError::OauthAuthCodeError,
            _ => ApiError::OauthFlowCallbackError,
        };
        error.because(sentence(refused))
    })?;
    let keys = cx.app.keys();
    let verifier = state.code_verifier(keys);
    let grant = Grant::Code {
        code,
        redirect_uri: &callback_url(cx.app.public_url(), &cx.project().id),
        code_verifier: asked.takes_pkce().then_some(verifier.as_str()),
    };
    let tokens = asked.tokens(grant).await.map_err(refusal)?;
    let account = asked.account(&tokens, code, &state.nonce(keys), cx.now()).await.map_err(refusal)?;
    Ok(Arrival { account, tokens: asking::kept(tokens, &told.scopes, cx.now()) })
}

pub(super) fn refusal(refused: Refused) -> Error {
    let error = match refused {
        Refused::Tokens(_) => ApiError::OauthAuthCodeError,
        Refused::NoAddress(_) => ApiError::OauthConfigNotFound,
        Refused::Account(_) | Refused::NoIdToken | Refused::Nobody | Refused::TooOld => {
            ApiError::OauthFlowCallbackError
        }
    };
    error.because(sentence(refused))
}

fn arrive(tx: &mut Tx, back: &Back, arrival: &Arrival) -> Result<Arrived> {
    let Back { cx, state, goal, told, configured } = back;
    projects::enter_again(tx, cx.project())?;
    check_unchanged(tx, cx, configured)?;
    let way = Way {
        goal: goal.clone(),
        redirect_url: told.redirect_url.clone(),
        signup_redirect_url: told.signup_redirect_url.clone(),
        pkce_code_challenge: told.pkce_code_challenge.clone(),
    };
    let url = lead_on(tx, cx, &way, arrival)?;
    let cookie = begun::ended::<Told>(cx.project(), &state.hash(cx.app.keys()));
    Ok(Arrived { url, cookie })
}

/// Whether the provider is set as it was: it may be another by now, and it may be gone (threat T-27).
pub(super) fn check_unchanged(tx: &mut Tx, cx: &Cx, configured: &Configured) -> Result<()> {
    let now = oauth_providers::find(tx, cx, &configured.provider)?;
    if now.is_some_and(|now| now.settings == configured.settings) {
        return Ok(());
    }
    Err(ApiError::OauthConfigNotFound.because("The provider was changed while you were logging in. Start again."))
}

/// What somebody logs in to, and where the app is.
pub(super) struct Way {
    pub(super) goal: Goal,
    /// Where members go on to, or everybody in discovery.
    pub(super) redirect_url: String,
    /// Where everyone else does, if it is another.
    pub(super) signup_redirect_url: Option<String>,
    pub(super) pkce_code_challenge: Option<String>,
}

/// Where the browser of somebody goes on to whose account a provider has shown, with the token of the login.
pub(super) fn lead_on(tx: &mut Tx, cx: &Cx, way: &Way, arrival: &Arrival) -> Result<String> {
    let (url, kind) = match &way.goal {
        Goal::Organization(id) => {
            let organization = organizations::find_by_id(tx, cx.project(), id)?;
            let organization = organization.ok_or(ApiError::OrganizationNotFound)?;
            let is_member = provisioning::is_member(tx, cx, &organization, &arrival.account)?;
            let signup = way.signup_redirect_url.as_ref().filter(|_| !is_member);
            (signup.unwrap_or(&way.redirect_url), "oauth")
        }
        Goal::Discovery(_) if arrival.account.email.is_none() => {
            return Err(provisioning::no_address(&arrival.account));
        }
        Goal::Discovery(_) => (&way.redirect_url, "discovery_oauth"),
    };
    let token = token::create(tx, cx, &way.goal, way.pkce_code_challenge.as_deref(), arrival)?;
    let mut url = Url::parse(url).map_err(|_| Error::internal("a registered redirect URL is none"))?;
    url.query_pairs_mut().append_pair("stytch_token_type", kind).append_pair("token", &token.to_text());
    Ok(url.into())
}
