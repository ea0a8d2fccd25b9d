//! By password, and setting one with a mailed link.

use super::outcome::lead;
use super::told::{Told, told};
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::pages::shown::Shown;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Ask for a password.
#[endpoint("hosted.password_form", page GET "/login/step/password", quiet, errors(..VISITOR))]
pub(super) async fn form(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let visitor = Visitor::of(&cx, way).await?;
    page(visitor, None).await
}

async fn page(visitor: Visitor, problem: Option<Told>) -> Result<Shown> {
    let organization = visitor.organization_if_any().await?;
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let values = json!({ "problem": problem });
    visitor.show("login_password.html", status, organization.as_ref(), values).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Typed {
    #[serde(flatten)]
    way: Way,
    /// Who signs in.
    #[serde(default)]
    email_address: String,
    /// The password.
    #[serde(default)]
    password: String,
}

/// Sign in with a password.
#[endpoint("hosted.password", page POST "/login/step/password", errors(..VISITOR))]
pub(super) async fn password(cx: Call<Anyone>, input: Typed) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    visitor.step.email = input.email_address.trim().to_owned();
    let (email, password) = (&visitor.step.email, &input.password);
    let answer = match visitor.way.organization() {
        Some(slug) => {
            let input = json!({
                "organization_id": slug, "email_address": email, "password": password, "locale": visitor.locale.name(),
            });
            visitor.ask_to_go_on("passwords.authenticate", input).await
        }
        None => {
            let input = json!({ "email_address": email, "password": password });
            visitor.ask("passwords.discovery_authenticate", input).await
        }
    };
    match answer {
        Ok(answer) => lead(visitor, answer).await,
        Err(error) => page(visitor, Some(told(error)?)).await,
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Forgotten {
    #[serde(flatten)]
    way: Way,
    /// Whose password it is.
    #[serde(default)]
    email_address: String,
}

/// Mail a link to set a new password with.
#[endpoint("hosted.reset", page POST "/login/step/reset", errors(..VISITOR))]
pub(super) async fn reset(cx: Call<Anyone>, input: Forgotten) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    visitor.step.email = input.email_address.trim().to_owned();
    let challenge = visitor.challenge(visitor.project().settings.pkce_required_for_password_resets)?;
    let (email, arrival, locale) = (&visitor.step.email, visitor.arrival(), visitor.locale.name());
    let asked = match visitor.way.organization() {
        Some(slug) => {
            let input = json!({
                "organization_id": slug, "email_address": email, "login_redirect_url": arrival,
                "reset_password_redirect_url": arrival, "code_challenge": challenge, "locale": locale,
            });
            visitor.ask("passwords.email_reset_start", input).await
        }
        None => {
            let input = json!({
                "email_address": email, "discovery_redirect_url": arrival, "reset_password_redirect_url": arrival,
                "pkce_code_challenge": challenge, "locale": locale,
            });
            visitor.ask("passwords.discovery_reset_start", input).await
        }
    };
    match asked {
        Ok(_) => {
            visitor.step.mailed = "reset".into();
            Ok(visitor.go("/login/step/sent"))
        }
        Err(error) => page(visitor, Some(told(error)?)).await,
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct New {
    #[serde(flatten)]
    way: Way,
    /// The token of the link.
    #[serde(default)]
    token: String,
    /// What kind it is: `stytch_token_type` of the link.
    #[serde(default)]
    stytch_token_type: String,
    /// The new password.
    #[serde(default)]
    password: String,
}

/// Set a password with a mailed link.
#[endpoint("hosted.new_password", page POST "/login/step/new-password", errors(..VISITOR))]
pub(super) async fn new_password(cx: Call<Anyone>, input: New) -> Result<Shown> {
    let visitor = Visitor::of(&cx, input.way).await?;
    let verifier = visitor.verifier();
    let answer = match input.stytch_token_type.as_str() {
        "discovery" => {
            let input = json!({
                "password_reset_token": input.token, "password": input.password, "pkce_code_verifier": verifier,
            });
            visitor.ask("passwords.discovery_reset", input).await
        }
        _ => {
            let input = json!({
                "password_reset_token": input.token, "password": input.password, "code_verifier": verifier,
                "locale": visitor.locale.name(),
            });
            visitor.ask_to_go_on("passwords.email_reset", input).await
        }
    };
    match answer {
        Ok(answer) => lead(visitor, answer).await,
        Err(error) => {
            let problem = told(error)?;
            let values = json!({
                "problem": problem, "token": input.token, "stytch_token_type": input.stytch_token_type,
            });
            visitor.show("login_new_password.html", problem.status, None, values).await
        }
    }
}
