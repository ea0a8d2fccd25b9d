use super::super::led::{elsewhere, failed};
use super::super::link_page::link_page;
use super::super::shown::Shown;
use crate::actor::Anyone;
use crate::one_time_tokens::pkce::CHALLENGE;
use crate::redirect_urls::REDIRECT;
use crate::sso::{self, BEGIN, Start, Way};
use axum::http::StatusCode;
use foundation::error::Result;
use foundation::project::Project;
use frame::{Call, endpoint};
use serde_json::json;

/// Begin a login by SSO: the browser goes on to the identity provider.
///
/// Give a connection, or an organization, whose default connection it is then.
#[endpoint(
    "sso.start",
    redirect GET "/v1/public/sso/start",
    redirect GET "/b2b/public/sso/start",
    errors(..BEGIN, ..CHALLENGE, ..REDIRECT)
)]
pub(super) async fn start(cx: Call<Anyone>, input: Start) -> Result<Shown> {
    if let Some(url) = elsewhere(&cx, "/v1/public/sso/start", &input)? {
        return Ok(Shown::elsewhere(url));
    }
    match begin(&cx, input.clone()).await {
        Ok(on) => Ok(on),
        Err(error) => failed(&cx, error, move |tx, cx| sso::way_back_of_start(tx, cx, &input)).await,
    }
}

async fn begin(cx: &Call<Anyone>, input: Start) -> Result<Shown> {
    let asked = cx.context();
    let started = cx.read(move |tx| sso::begin(tx, &asked, input.clone())).await?;
    let on = match sso::way(&started).await? {
        Way::Url(url) => Shown::elsewhere(url),
        Way::Form { action, saml_request, relay_state } => {
            form(cx, started.project(), &action, &saml_request, &relay_state)?
        }
    };
    Ok(on.with([started.cookie]))
}

/// A form that goes to an identity provider.
fn form(cx: &Call<Anyone>, project: &Project, action: &str, saml_request: &str, relay_state: &str) -> Result<Shown> {
    let values = json!({ "action": action, "saml_request": saml_request, "relay_state": relay_state });
    Ok(Shown::page(link_page(cx, "saml_request.html", StatusCode::OK, Some(project), None, values)?))
}
