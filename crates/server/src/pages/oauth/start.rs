use super::super::led::{elsewhere, failed};
use super::super::shown::Shown;
use crate::actor::Anyone;
use crate::oauth::{self, BEGIN, DiscoveryStart, LoginStart, Started};
use crate::one_time_tokens::pkce::CHALLENGE;
use crate::redirect_urls::{DISCOVERY_REDIRECT, REDIRECT};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use frame::{Call, endpoint};

/// Begin a login to an organization at an OAuth provider: the browser goes on to the provider.
#[endpoint(
    "oauth.start",
    redirect GET "/v1/b2b/public/oauth/{provider}/start",
    redirect GET "/b2b/public/oauth/{provider}/start",
    errors(..BEGIN, ..CHALLENGE, ..REDIRECT)
)]
pub(super) async fn start(cx: Call<Anyone>, input: LoginStart) -> Result<Shown> {
    let path = format!("/v1/b2b/public/oauth/{}/start", input.start.provider);
    if let Some(url) = elsewhere(&cx, &path, &input)? {
        return Ok(Shown::elsewhere(url));
    }
    let asked = input.clone();
    match begin(&cx, move |tx, cx| oauth::begin(tx, cx, asked.clone())).await {
        Ok(on) => Ok(on),
        Err(error) => failed(&cx, error, move |tx, cx| input.way_back(tx, cx)).await,
    }
}

/// Begin discovery at an OAuth provider: the browser goes on to the provider.
#[endpoint(
    "oauth.discovery_start",
    redirect GET "/v1/b2b/public/oauth/{provider}/discovery/start",
    redirect GET "/b2b/public/oauth/{provider}/discovery/start",
    errors(BadRequest, OauthConfigNotFound, OauthInvalidScopeRequested, ..CHALLENGE, ..DISCOVERY_REDIRECT)
)]
pub(super) async fn discovery_start(cx: Call<Anyone>, input: DiscoveryStart) -> Result<Shown> {
    let path = format!("/v1/b2b/public/oauth/{}/discovery/start", input.start.provider);
    if let Some(url) = elsewhere(&cx, &path, &input)? {
        return Ok(Shown::elsewhere(url));
    }
    let asked = input.clone();
    match begin(&cx, move |tx, cx| oauth::begin_discovery(tx, cx, asked.clone())).await {
        Ok(on) => Ok(on),
        Err(error) => failed(&cx, error, move |tx, cx| input.way_back(tx, cx)).await,
    }
}

async fn begin(
    cx: &Call<Anyone>,
    mut begin: impl FnMut(&mut Tx, &Cx) -> Result<Started> + Send + 'static,
) -> Result<Shown> {
    let asked = cx.context();
    let started = cx.read(move |tx| begin(tx, &asked)).await?;
    let (url, cookie) = oauth::way(started).await?;
    Ok(Shown::elsewhere(url).with([cookie]))
}
