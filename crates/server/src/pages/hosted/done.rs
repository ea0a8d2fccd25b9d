//! The end: on to the app, or to the account.

use super::start::is_fresh;
use super::told::told;
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::login;
use crate::one_time_tokens::pkce;
use crate::pages::shown::Shown;
use crate::redirect_urls::{self, Flow};
use crate::sessions::Credential;
use axum::http::StatusCode;
use database::Tx;
use foundation::error::{ApiError, Error, Result};
use frame::{Call, endpoint};
use serde_json::json;
use url::Url;

/// Go on to the app, with a token of what was proven.
#[endpoint("hosted.done", page GET "/login/step/done", errors(..VISITOR))]
pub(super) async fn done(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let visitor = Visitor::of(&cx, way).await?;
    let Some(presented) = visitor.signed_in().await? else { return Ok(visitor.go("/login")) };
    if visitor.step.new_codes {
        return Ok(visitor.go("/login/step/recovery-codes"));
    }
    let slug = &presented.organization.organization_slug;
    let is_other = visitor.way.organization().is_some_and(|asked| asked != slug);
    if is_other || !is_fresh(&visitor, &presented.session.factors) {
        return Ok(visitor.go("/login"));
    }
    let Some(redirect_url) = visitor.way.redirect_url().map(str::to_owned) else { return Ok(visitor.go("/account")) };
    let (token, slug) = (presented.session.token(&visitor.cx.app).to_text(), slug.clone());
    let (cx, challenge) = (visitor.cx.clone(), visitor.way.pkce_code_challenge.clone());
    let work = move |tx: &mut Tx| -> Result<(String, String)> {
        let presented = Credential::Token(token.clone().into()).find(&cx.app, tx, cx.project(), cx.now())?;
        let url = redirect_urls::choose(tx, &cx, Flow::Login, Some(&redirect_url))?;
        let challenge = pkce::challenge(&cx, challenge.clone(), false)?;
        let token = login::hand_over(tx, &cx, &presented, url.clone(), challenge)?;
        Ok((url, token))
    };
    match visitor.cx.write(work).await {
        Ok((url, token)) => {
            let target = target(&url, &slug, visitor.way.state.as_deref(), &token)?;
            let app = redirect_urls::app_of(&url).and_then(|app| Url::parse(&app).ok()?.host_str().map(str::to_owned));
            visitor.show("login_done.html", StatusCode::OK, None, json!({ "target": target, "app": app })).await
        }
        Err(error) => {
            let problem = told(error)?;
            visitor.show("login_problem.html", problem.status, None, json!({ "problem": problem })).await
        }
    }
}

/// The app's URL with the token, as mailed links have it.
fn target(url: &str, slug: &str, state: Option<&str>, token: &str) -> Result<String> {
    let mut url = Url::parse(url).map_err(|_| Error::from(ApiError::InvalidLoginRedirectUrl))?;
    let mut query = url.query_pairs_mut();
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    query.append_pair("slug", slug);
    query.append_pair("stytch_redirect_type", "login");
    query.append_pair("stytch_token_type", "multi_tenant_magic_links");
    query.append_pair("token", token);
    drop(query);
    Ok(url.into())
}

/// Show the recovery codes of an app that was just set up.
#[endpoint("hosted.recovery_codes", page GET "/login/step/recovery-codes", errors(..VISITOR))]
pub(super) async fn recovery_codes(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, way).await?;
    match visitor.ask("recovery_codes.get", json!({})).await {
        Ok(answer) => {
            visitor.step.new_codes = false;
            let values = json!({ "codes": answer["recovery_codes"] });
            visitor.show("login_recovery_codes.html", StatusCode::OK, None, values).await
        }
        Err(error) => {
            told(error)?;
            visitor.step.new_codes = false;
            Ok(visitor.go("/login/step/done"))
        }
    }
}

/// Sign out on these pages.
#[endpoint("hosted.sign_out", page POST "/login/step/sign-out", errors(..VISITOR))]
pub(super) async fn sign_out(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, way).await?;
    if visitor.signed_in().await?.is_some() {
        visitor.ask("sessions.revoke_own", json!({})).await?;
    }
    visitor.forget();
    Ok(visitor.go("/login"))
}
