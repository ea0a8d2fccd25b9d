//! Google One Tap: a page of the app gets an ID token from Google's script and hands it in. There was no start and no state of ours,
//! so what stands for them is in the token: that it is of now, is handed in once, and has no nonce, which whoever was sent to Google
//! by us has (threat T-28).

use super::super::asking::Asked;
use super::begin::urls_of_login;
use super::begun::Goal;
use super::callback::{self, Way, refusal};
use super::provisioning::PROVISION;
use super::store;
use crate::actor::ProjectCaller;
use crate::oauth_accounts::{Arrival, Tokens};
use crate::oauth_providers::{self, Configured, Provider};
use crate::one_time_tokens::pkce::{self, CHALLENGE, Challenge};
use crate::organizations::{self, OrganizationRef};
use crate::redirect_urls::{self as registered, Asked as AskedUrl, DISCOVERY_REDIRECT, Flow, REDIRECT};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::keys::Purpose;
use foundation::text::OrEmpty;
use foundation::time;
use frame::{Call, Endpoint, NoInput, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![start::endpoint(), submit::endpoint(), discovery_submit::endpoint()]
}

/// Minutes for which a token is taken. A page hands it in at once; Google makes it good for an hour.
const MINUTES: i64 = 10;

#[derive(Serialize, JsonSchema)]
struct Started {
    /// What Google calls the app.
    google_client_id: String,
}

/// Begin Google One Tap in a page of the app: who the app is to Google's script.
#[endpoint(
    "oauth.one_tap_start",
    browser GET "/sdk/v1/b2b/oauth/google/onetap/start",
    errors(OauthConfigNotFound)
)]
fn start(tx: &mut Tx, cx: &Call<ProjectCaller>, _input: NoInput) -> Result<Started> {
    Ok(Started { google_client_id: google(tx, cx)?.settings.client_id })
}

#[derive(Clone, Deserialize, JsonSchema)]
struct Submit {
    /// What Google's script has given the page.
    id_token: String,
    /// The organization to log in to.
    organization_id: OrganizationRef,
    /// Where members go on to; a registered URL.
    #[schemars(with = "Option<AskedUrl>")]
    login_redirect_url: Option<String>,
    /// Where everyone else goes on to; a registered URL.
    #[schemars(with = "Option<AskedUrl>")]
    signup_redirect_url: Option<String>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
}

#[derive(Clone, Deserialize, JsonSchema)]
struct DiscoverySubmit {
    /// What Google's script has given the page.
    id_token: String,
    /// Where people go on to; a registered URL.
    #[schemars(with = "Option<AskedUrl>")]
    discovery_redirect_url: Option<String>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Submitted {
    /// Where the page goes on to: the redirect URL, with a token to finish the login with.
    redirect_url: String,
}

/// Log in to an organization by Google One Tap.
#[endpoint(
    "oauth.one_tap_submit",
    browser POST "/sdk/v1/b2b/oauth/google/onetap/submit" takes(
        id_token, organization_id, signup_redirect_url, login_redirect_url, pkce_code_challenge
    ),
    errors(OrganizationNotFound, OauthConfigNotFound, ..PROVISION, ..CHALLENGE, ..REDIRECT)
)]
async fn submit(cx: Call<ProjectCaller>, input: Submit) -> Result<Submitted> {
    let id_token = input.id_token.clone();
    one_tap(cx.context(), id_token, move |tx, cx| {
        let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
        let (login, signup) = (input.login_redirect_url.as_deref(), input.signup_redirect_url.as_deref());
        let (redirect_url, signup_redirect_url) = urls_of_login(tx, cx, login, signup)?;
        let goal = Goal::Organization(organization.organization_id);
        whither(cx, goal, redirect_url, signup_redirect_url, input.pkce_code_challenge.clone())
    })
    .await
}

/// Discover organizations by Google One Tap.
#[endpoint(
    "oauth.one_tap_discovery_submit",
    browser POST "/sdk/v1/b2b/oauth/google/onetap/discovery/submit" takes(
        id_token, discovery_redirect_url, pkce_code_challenge
    ),
    errors(OauthConfigNotFound, OauthFlowCallbackError, ..CHALLENGE, ..DISCOVERY_REDIRECT)
)]
async fn discovery_submit(cx: Call<ProjectCaller>, input: DiscoverySubmit) -> Result<Submitted> {
    let id_token = input.id_token.clone();
    one_tap(cx.context(), id_token, move |tx, cx| {
        let redirect_url = registered::choose(tx, cx, Flow::Discovery, input.discovery_redirect_url.as_deref())?;
        whither(cx, Goal::Discovery(cx.project().id.clone()), redirect_url, None, input.pkce_code_challenge.clone())
    })
    .await
}

fn whither(
    cx: &Cx,
    goal: Goal,
    redirect_url: String,
    signup_redirect_url: Option<String>,
    challenge: Option<String>,
) -> Result<Way> {
    let is_required = cx.project().settings.pkce_required_for_oauth;
    let pkce_code_challenge = pkce::challenge(cx, challenge, is_required)?;
    Ok(Way { goal, redirect_url, signup_redirect_url, pkce_code_challenge })
}

fn google(tx: &mut Tx, cx: &Cx) -> Result<Configured> {
    oauth_providers::find(tx, cx, &Provider::Google)?.ok_or(ApiError::OauthConfigNotFound.into())
}

async fn one_tap(
    cx: Arc<Cx>,
    id_token: String,
    find: impl Fn(&mut Tx, &Cx) -> Result<Way> + Send + 'static,
) -> Result<Submitted> {
    let asked = cx.clone();
    let (configured, way) = cx.read(move |tx| Ok((google(tx, &asked)?, find(tx, &asked)?))).await?;
    let asked = Asked::of(&cx.app, &configured).await;
    let earliest = time::after_minutes(cx.now(), -MINUTES);
    let account = asked.account_of_page(&id_token, earliest, cx.now()).await.map_err(refusal)?;
    let tokens = Tokens { id_token: Some(id_token.clone()), ..Tokens::default() };
    let arrival = Arrival { account, tokens };
    let redirect_url = cx
        .clone()
        .write(move |tx| {
            callback::check_unchanged(tx, &cx, &configured)?;
            let hash = cx.app.keys().hash(Purpose::OauthLogin, id_token.as_bytes());
            let (scope, until) = (way.goal.scope(), time::after_minutes(cx.now(), 2 * MINUTES));
            let is_first = tx.visit(scope, |tx| store::use_login(tx, &cx.project().id, scope, &hash, until))?;
            if !is_first {
                return Err(ApiError::OauthFlowCallbackError.because("The ID token was handed in before."));
            }
            callback::lead_on(tx, &cx, &way, &arrival)
        })
        .await?;
    Ok(Submitted { redirect_url })
}
