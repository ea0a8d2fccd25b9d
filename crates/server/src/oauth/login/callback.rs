//! A browser that has come back from a provider.

use super::super::asking::{self, Asked, Refused};
use super::begun::{Goal, Told, parse_state};
use super::provisioning;
use super::{store, token};
use crate::begun::{self, NotHere, ProviderAnswer, State};
use crate::oauth_accounts::{Account, Arrival};
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
    let arrival = judge(&back, &input.answer).await?;
    let cx = back.cx.clone();
    cx.write(move |tx| arrive(tx, &back, &arrival)).await
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

fn refusal(refused: Refused) -> Error {
    let error = match refused {
        Refused::Tokens(_) => ApiError::OauthAuthCodeError,
        Refused::NoAddress(_) => ApiError::OauthConfigNotFound,
        Refused::Account(_) | Refused::NoIdToken | Refused::Nobody => ApiError::OauthFlowCallbackError,
    };
    error.because(sentence(refused))
}

/// What is said where a provider tells no address.
pub(super) fn no_address(account: &Account) -> Error {
    let told = format!(
        "{} tells no email address of this account that could be taken. Add one there, or allow the app to see it.",
        account.provider().type_name()
    );
    ApiError::OauthFlowCallbackError.because(told)
}

fn arrive(tx: &mut Tx, back: &Back, arrival: &Arrival) -> Result<Arrived> {
    let Back { cx, state, goal, told, configured } = back;
    projects::enter_again(tx, cx.project())?;
    // What was set of the provider may be another by now, and it may be gone (threat T-27).
    let now = oauth_providers::find(tx, cx, &configured.provider)?;
    if now.is_none_or(|now| now.settings != configured.settings) {
        return Err(
            ApiError::OauthConfigNotFound.because("The provider was changed while you were logging in. Start again.")
        );
    }
    let (url, kind) = match goal {
        Goal::Organization(id) => {
            let organization = organizations::find_by_id(tx, cx.project(), id)?;
            let organization = organization.ok_or(ApiError::OrganizationNotFound)?;
            let is_member = provisioning::is_member(tx, cx, &organization, &arrival.account)?;
            let signup = told.signup_redirect_url.as_ref().filter(|_| !is_member);
            (signup.unwrap_or(&told.redirect_url), "oauth")
        }
        Goal::Discovery(_) if arrival.account.email.is_none() => return Err(no_address(&arrival.account)),
        Goal::Discovery(_) => (&told.redirect_url, "discovery_oauth"),
    };
    let token = token::create(tx, cx, goal, told.pkce_code_challenge.as_deref(), arrival)?;
    let mut url = Url::parse(url).map_err(|_| Error::internal("a registered redirect URL is none"))?;
    url.query_pairs_mut().append_pair("stytch_token_type", kind).append_pair("token", &token.to_text());
    let cookie = begun::ended::<Told>(cx.project(), &state.hash(cx.app.keys()));
    Ok(Arrived { url: url.into(), cookie })
}
