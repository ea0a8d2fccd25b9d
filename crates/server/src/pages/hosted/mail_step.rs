//! By mail: a link or a code. From here also to the other ways in.

use super::outcome::lead;
use super::start::{Again, page};
use super::told::{Told, told};
use super::typed;
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use super::ways::{Ways, by_connections};
use crate::actor::Anyone;
use crate::organizations::AuthMethod;
use crate::pages::shown::Shown;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Typed {
    #[serde(flatten)]
    way: Way,
    /// Who signs in.
    #[serde(default)]
    email_address: String,
    /// By which way: `link`, `code`, `password` or `sso`.
    #[serde(default)]
    by: String,
}

/// Go on with an address: have a link or a code mailed, or take another way.
#[endpoint("hosted.email", page POST "/login/step/email", errors(..VISITOR))]
pub(super) async fn email(cx: Call<Anyone>, input: Typed) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    visitor.step.email = input.email_address.trim().to_owned();
    let by = input.by.as_str();
    let asked = match by {
        "password" => return Ok(visitor.go("/login/step/password")),
        "sso" => return find_sso(visitor).await,
        "link" => send_link(&mut visitor).await,
        _ => send_code(&visitor).await,
    };
    match asked {
        Ok(()) => {
            visitor.step.mailed = if by == "link" { "link" } else { "code" }.to_owned();
            Ok(visitor.go("/login/step/sent"))
        }
        Err(error) => page(visitor, Again::Typed(told(error)?)).await,
    }
}

async fn send_link(visitor: &mut Visitor) -> Result<()> {
    let challenge = visitor.challenge(visitor.project().settings.pkce_required_for_email_magic_links)?;
    let (email, arrival, locale) = (&visitor.step.email, visitor.arrival(), visitor.locale.name());
    let asked = match visitor.way.organization() {
        Some(slug) => {
            let input = json!({
                "organization_id": slug, "email_address": email, "login_redirect_url": arrival,
                "signup_redirect_url": arrival, "pkce_code_challenge": challenge, "locale": locale,
            });
            visitor.ask("magic_links.login_or_signup", input).await
        }
        None => {
            let input = json!({
                "email_address": email, "discovery_redirect_url": arrival, "pkce_code_challenge": challenge,
                "locale": locale,
            });
            visitor.ask("magic_links.send_discovery", input).await
        }
    };
    asked.map(drop)
}

async fn send_code(visitor: &Visitor) -> Result<()> {
    let (email, slug, locale) = (&visitor.step.email, visitor.way.organization(), visitor.locale.name());
    let operation = if slug.is_some() { "email_codes.login_or_signup" } else { "email_codes.send_discovery" };
    let input = json!({ "organization_id": slug, "email_address": email, "locale": locale });
    visitor.ask(operation, input).await.map(drop)
}

/// The connections that people of the address's domain sign in by.
async fn find_sso(mut visitor: Visitor) -> Result<Shown> {
    let input = json!({ "email_address": visitor.step.email });
    let found = match visitor.ask("sso.discover_connections", input).await {
        Ok(found) => found["connections"].as_array().cloned().unwrap_or_default(),
        Err(error) => return page(visitor, Again::Typed(told(error)?)).await,
    };
    if found.is_empty() {
        return page(visitor, Again::Typed(Told::of("login.error_no_sso"))).await;
    }
    let sso = by_connections(&mut visitor, &found)?;
    visitor.show("login_sso.html", StatusCode::OK, None, json!({ "sso": sso })).await
}

/// Say that a mail is on its way, and take the code of it.
#[endpoint("hosted.sent", page GET "/login/step/sent", quiet, errors(..VISITOR))]
pub(super) async fn sent(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let visitor = Visitor::of(&cx, way).await?;
    sent_page(visitor, None).await
}

/// The page, with what was wrong with a code.
async fn sent_page(visitor: Visitor, problem: Option<Told>) -> Result<Shown> {
    if visitor.step.email.is_empty() {
        return Ok(visitor.go("/login"));
    }
    let organization = visitor.organization_if_any().await?;
    let ways = Ways::of(&visitor, organization.as_ref())?;
    let takes_codes = ways.has(AuthMethod::EmailOtp);
    let mailed = visitor.step.mailed.clone();
    let holds_code = mailed == "link" && visitor.project().settings.code_in_magic_link_mails && takes_codes;
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let values = json!({
        "problem": problem, "mailed": mailed, "takes_code": mailed == "code" || holds_code,
        "may_have_code": mailed == "link" && !holds_code && takes_codes,
    });
    visitor.show("login_sent.html", status, organization.as_ref(), values).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Entered {
    #[serde(flatten)]
    way: Way,
    /// The code of the mail.
    #[serde(default)]
    code: String,
}

/// Take the code of a mail.
#[endpoint("hosted.code", page POST "/login/step/code", errors(..VISITOR))]
pub(super) async fn code(cx: Call<Anyone>, input: Entered) -> Result<Shown> {
    let visitor = Visitor::of(&cx, input.way).await?;
    let code = typed::code(&input.code);
    let email = &visitor.step.email;
    let answer = match visitor.way.organization() {
        Some(slug) => {
            let input = json!({
                "organization_id": slug, "email_address": email, "code": code, "locale": visitor.locale.name(),
            });
            visitor.ask_to_go_on("email_codes.authenticate", input).await
        }
        None => {
            let input = json!({ "email_address": email, "code": code });
            visitor.ask("email_codes.authenticate_discovery", input).await
        }
    };
    match answer {
        Ok(answer) => lead(visitor, answer).await,
        Err(error) => sent_page(visitor, Some(told(error)?)).await,
    }
}
