//! Coming back: from a mailed link, or from a provider.

use super::organizations::anew;
use super::outcome::lead;
use super::told::{begins_anew, told};
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

/// What a link says when it leads back here.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Came {
    #[serde(flatten)]
    way: Way,
    /// What kind of token it is.
    #[serde(default)]
    stytch_token_type: String,
    /// What the link is for: `reset_password`, or to sign in.
    #[serde(default)]
    stytch_redirect_type: String,
    #[serde(default)]
    token: String,
}

/// Come back with a token. Opening it uses nothing up, because mail scanners do: the form does.
#[endpoint("hosted.arrive", page GET "/login/step/arrive", quiet, errors(..VISITOR))]
pub(super) async fn arrive(cx: Call<Anyone>, input: Came) -> Result<Shown> {
    let visitor = Visitor::of(&cx, input.way).await?;
    if input.token.is_empty() {
        return Ok(visitor.go("/login"));
    }
    let sets_password = input.stytch_redirect_type == "reset_password" || input.stytch_token_type == PASSWORD;
    let template = if sets_password { "login_new_password.html" } else { "login_arrive.html" };
    let values = json!({ "token": input.token, "stytch_token_type": input.stytch_token_type });
    visitor.show(template, StatusCode::OK, None, values).await
}

/// The kind of token that a password is set with.
const PASSWORD: &str = "multi_tenant_passwords";

/// Take the token.
#[endpoint("hosted.take", page POST "/login/step/arrive", errors(..VISITOR))]
pub(super) async fn take(cx: Call<Anyone>, input: Came) -> Result<Shown> {
    let visitor = Visitor::of(&cx, input.way).await?;
    let (token, verifier, locale) = (&input.token, visitor.verifier(), visitor.locale.name());
    let answer = match input.stytch_token_type.as_str() {
        "discovery" => {
            let input = json!({ "discovery_magic_links_token": token, "pkce_code_verifier": verifier });
            visitor.ask("magic_links.authenticate_discovery", input).await
        }
        "oauth" => {
            let input = json!({ "oauth_token": token, "pkce_code_verifier": verifier, "locale": locale });
            visitor.ask_to_go_on("oauth.authenticate", input).await
        }
        "discovery_oauth" => {
            let input = json!({ "discovery_oauth_token": token, "pkce_code_verifier": verifier });
            visitor.ask("oauth.authenticate_discovery", input).await
        }
        "sso" => {
            let input = json!({ "sso_token": token, "pkce_code_verifier": verifier, "locale": locale });
            visitor.ask_to_go_on("sso.authenticate", input).await
        }
        _ => {
            let input = json!({ "magic_links_token": token, "pkce_code_verifier": verifier, "locale": locale });
            visitor.ask_to_go_on("magic_links.authenticate", input).await
        }
    };
    match answer {
        Ok(answer) => lead(visitor, answer).await,
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => {
            let problem = told(error)?;
            visitor.show("login_problem.html", problem.status, None, json!({ "problem": problem })).await
        }
    }
}
