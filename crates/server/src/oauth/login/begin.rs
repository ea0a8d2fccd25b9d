//! Sending a browser to a provider.

use super::super::asking::Asked;
use super::begun::Told;
use crate::begun::{self, MINUTES, State};
use crate::oauth_providers::{self, Configured, Provider, callback_url};
use crate::one_time_tokens::pkce::{self, Challenge};
use crate::organizations::{self, OrganizationRef};
use crate::projects;
use crate::redirect_urls::{self, Asked as AskedUrl, Flow};
use crate::sentence::sentence;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::keys::token::TokenKind;
use foundation::text::OrEmpty;
use foundation::time;
use frame::Cookie;
use oidc::authorization::Request;
use oidc::scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What the address of every login has.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Start {
    /// The provider: `google`, `microsoft`, `github`, `slack`, `hubspot`, or the name of one that the project has set up itself.
    #[serde(skip_serializing)]
    pub(crate) provider: String,
    /// The public token of the project: it names it, and is no secret.
    #[serde(default)]
    pub(super) public_token: String,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url. With it the token works only for that app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
    /// Scopes that the provider is asked for besides those for logging in, with spaces between them.
    custom_scopes: Option<String>,
    /// What begins with `provider_` is told to the provider, without that: `provider_prompt`, `provider_login_hint`, ….
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// What the address of a login to an organization has.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
pub(crate) struct LoginStart {
    /// The organization to log in to.
    organization_id: Option<OrganizationRef>,
    /// Or its slug.
    slug: Option<OrganizationRef>,
    /// Where members come back to; a registered URL.
    #[schemars(with = "Option<AskedUrl>")]
    pub(super) login_redirect_url: Option<String>,
    /// Where everyone else comes back to; a registered URL.
    #[schemars(with = "Option<AskedUrl>")]
    signup_redirect_url: Option<String>,
    #[serde(flatten)]
    pub(crate) start: Start,
}

/// What the address of a login for discovery has.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
pub(crate) struct DiscoveryStart {
    /// Where people come back to; a registered URL.
    #[schemars(with = "Option<AskedUrl>")]
    pub(super) discovery_redirect_url: Option<String>,
    #[serde(flatten)]
    pub(crate) start: Start,
}

/// What can be wrong with the beginning of a login.
pub(crate) const BEGIN: &[ApiError] = &[
    ApiError::BadRequest,
    ApiError::MissingOauthOrganizationLocator,
    ApiError::TooManyOauthOrganizationLocators,
    ApiError::OrganizationNotFound,
    ApiError::OauthConfigNotFound,
    ApiError::OauthInvalidScopeRequested,
];

/// A login that has begun: what it takes to send the browser on.
pub(crate) struct Started {
    cx: Cx,
    configured: Configured,
    kind: TokenKind,
    tenant: Uuid,
    redirect_url: String,
    signup_redirect_url: Option<String>,
    pkce_code_challenge: Option<String>,
    start: Start,
}

/// Begins a login to an organization.
///
/// # Errors
/// In words for whoever wrote the link.
pub(crate) fn begin(tx: &mut Tx, cx: &Cx, input: LoginStart) -> Result<Started> {
    let cx = project_of(tx, cx, &input.start)?;
    let given = |reference: Option<OrganizationRef>| reference.filter(|reference| !reference.as_str().is_empty());
    let organization = match (given(input.organization_id), given(input.slug)) {
        (Some(_), Some(_)) => return Err(ApiError::TooManyOauthOrganizationLocators.into()),
        (None, None) => return Err(ApiError::MissingOauthOrganizationLocator.into()),
        (Some(reference), None) | (None, Some(reference)) => organizations::find(tx, cx.project(), &reference)?,
    };
    let (login, signup) = (input.login_redirect_url.as_deref(), input.signup_redirect_url.as_deref());
    let (redirect_url, signup_redirect_url) = urls_of_login(tx, &cx, login, signup)?;
    let goal = (TokenKind::OauthState, organization.organization_id.uuid());
    started(tx, cx, input.start, goal, redirect_url, signup_redirect_url)
}

/// Where members go on to after a login to an organization, and everyone else, where that is another.
pub(super) fn urls_of_login(
    tx: &mut Tx,
    cx: &Cx,
    login: Option<&str>,
    signup: Option<&str>,
) -> Result<(String, Option<String>)> {
    let redirect_url = redirect_urls::choose(tx, cx, Flow::Login, login)?;
    let signup_redirect_url = match redirect_urls::choose(tx, cx, Flow::Signup, signup) {
        Ok(url) => Some(url).filter(|url| *url != redirect_url),
        // Without one, whoever is new comes back to where everybody does.
        Err(Error::Api(ApiError::NoSignupRedirectUrlsSet | ApiError::NoDefaultSignupRedirectUrl, _)) => None,
        Err(error) => return Err(error),
    };
    Ok((redirect_url, signup_redirect_url))
}

/// Begins a login for discovery.
///
/// # Errors
/// In words for whoever wrote the link.
pub(crate) fn begin_discovery(tx: &mut Tx, cx: &Cx, input: DiscoveryStart) -> Result<Started> {
    let cx = project_of(tx, cx, &input.start)?;
    let redirect_url = redirect_urls::choose(tx, &cx, Flow::Discovery, input.discovery_redirect_url.as_deref())?;
    let goal = (TokenKind::OauthDiscoveryState, cx.project().id.uuid());
    started(tx, cx, input.start, goal, redirect_url, None)
}

fn project_of(tx: &mut Tx, cx: &Cx, start: &Start) -> Result<Cx> {
    if start.public_token.is_empty() {
        return Err(ApiError::BadRequest.because("The address needs the project's public_token."));
    }
    let project = projects::by_public_token(&cx.app, tx, &start.public_token)?;
    let project = project.ok_or_else(|| ApiError::BadRequest.because("There is no such public_token."))?;
    Ok(cx.of_browser(project))
}

fn started(
    tx: &mut Tx,
    cx: Cx,
    mut start: Start,
    (kind, tenant): (TokenKind, Uuid),
    redirect_url: String,
    signup_redirect_url: Option<String>,
) -> Result<Started> {
    let configured = match Provider::parse(&start.provider) {
        Some(provider) => oauth_providers::find(tx, &cx, &provider)?,
        None => None,
    };
    let configured = configured.ok_or(ApiError::OauthConfigNotFound)?;
    let is_required = cx.project().settings.pkce_required_for_oauth;
    let pkce_code_challenge = pkce::challenge(&cx, start.pkce_code_challenge.take(), is_required)?;
    Ok(Started { cx, configured, kind, tenant, redirect_url, signup_redirect_url, pkce_code_challenge, start })
}

/// Where the browser goes, and what it keeps until it comes back.
///
/// # Errors
/// When a parameter cannot be added, or it is not known where the provider is.
pub(crate) async fn way(started: Started) -> Result<(String, Cookie)> {
    let Started { cx, configured, start, .. } = &started;
    let asked = Asked::of(&cx.app, configured).await;
    let scope = scope(&asked, start.custom_scopes.as_deref().unwrap_or_default())?;
    let keys = cx.app.keys();
    let state = State::generate(started.kind, started.tenant)?;
    let told = Told {
        provider: configured.provider.name().to_owned(),
        redirect_url: started.redirect_url.clone(),
        signup_redirect_url: started.signup_redirect_url.clone(),
        pkce_code_challenge: started.pkce_code_challenge.clone(),
        scopes: scope.clone(),
        expires_at: time::after_minutes(cx.now(), MINUTES),
    };
    let cookie = begun::cookie(keys, cx.project(), &state, &told)?;
    let (verifier, nonce) = (state.code_verifier(keys), state.nonce(keys));
    let authorization_url =
        asked.authorization_url().map_err(|refused| ApiError::OauthConfigNotFound.because(sentence(refused)))?;
    let request = Request {
        endpoint: authorization_url,
        client_id: &configured.settings.client_id,
        redirect_uri: &callback_url(cx.app.public_url(), &cx.project().id),
        scope: &scope,
        state: &state.to_text(),
        nonce: asked.has_id_tokens().then_some(nonce.as_str()),
        code_verifier: asked.takes_pkce().then_some(verifier.as_str()),
        added: &added(&start.others, asked.added()),
    };
    let url = request.url().map_err(|refused| ApiError::BadRequest.because(sentence(refused)))?;
    Ok((url.into(), cookie))
}

/// The scopes of a login. `openid` is for those who know of ID tokens.
fn scope(asked: &Asked, custom: &str) -> Result<String> {
    let usual: Vec<_> = asked.scopes().collect();
    let scopes =
        scope::of_login(&usual.join(" "), custom).map_err(|_| Error::from(ApiError::OauthInvalidScopeRequested))?;
    Ok(match asked.has_id_tokens() {
        true => scopes,
        false => scopes.split(' ').filter(|scope| *scope != "openid").collect::<Vec<_>>().join(" "),
    })
}

/// The parameters for the provider: what whoever begins says, and what they leave to us.
fn added(others: &Map<String, Value>, usual: &[(&str, &str)]) -> Vec<(String, String)> {
    let said = others.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("provider_")?.to_owned();
        value.as_str().map(|value| (name, value.to_owned()))
    });
    let mut added: Vec<(String, String)> = said.collect();
    for (name, value) in usual {
        if !added.iter().any(|(said, _)| said == name) {
            added.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    added
}
