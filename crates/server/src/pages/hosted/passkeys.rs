//! Passkeys: signing in with one, showing one as a second factor, and making one. What the browser gives comes back in a form.

use super::organizations::anew;
use super::outcome::{arrived, text};
use super::passkey_options;
use super::second::{self, holder, whose};
use super::start::{Again, page as first_page};
use super::told::{Told, begins_anew, told};
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::pages::shown::Shown;
use crate::sessions::Client;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Shows {
    #[serde(flatten)]
    way: Way,
    /// Whether it is a second factor.
    #[serde(default)]
    is_second: bool,
    /// What the browser has given, as JSON; empty where what it was given to begin with is over.
    #[serde(default)]
    credential: String,
}

/// Take a passkey, to sign in with it or as a second factor.
#[endpoint("hosted.passkey", page POST "/login/step/passkey", errors(..VISITOR))]
pub(super) async fn passkey(cx: Call<Anyone>, input: Shows) -> Result<Shown> {
    let visitor = Visitor::of(&cx, input.way).await?;
    let Some(credential) = read(&input.credential) else {
        return again(visitor, input.is_second, None).await;
    };
    let asked = json!({ "public_key_credential": credential, "locale": visitor.locale.name() });
    match visitor.ask_to_go_on("webauthn.authenticate", asked).await {
        Ok(answer) => Ok(arrived(visitor, &answer)),
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => again(visitor, input.is_second, Some(told(error)?)).await,
    }
}

/// What a page's script has sent.
fn read(credential: &str) -> Option<Value> {
    serde_json::from_str(credential).ok().filter(Value::is_object)
}

async fn again(visitor: Visitor, is_second: bool, problem: Option<Told>) -> Result<Shown> {
    match is_second {
        true => second::page(visitor, "passkey", problem).await,
        false => first_page(visitor, Again::Passkey(problem)).await,
    }
}

/// Show what a passkey is made with.
#[endpoint("hosted.new_passkey", page GET "/login/step/new-passkey", quiet, errors(..VISITOR))]
pub(super) async fn new_passkey(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, way).await?;
    whose(&mut visitor).await?;
    page(visitor, None, None).await
}

/// The page, with a name that was given, and what was wrong.
async fn page(visitor: Visitor, name: Option<String>, problem: Option<Told>) -> Result<Shown> {
    if visitor.step.member_id.is_empty() {
        return Ok(visitor.go("/login"));
    }
    let (options, problem) = match passkey_options::of_new(&visitor, holder(&visitor)).await {
        Ok(options) => (Some(options), problem),
        Err(error) if begins_anew(&error) => return anew(visitor, told(error)?).await,
        Err(error) => (None, Some(told(error)?)),
    };
    let name = name.or_else(|| Client::of(&visitor.cx).map(|client| client.device()));
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let step = &visitor.step;
    let values = json!({
        "options": options, "name": name, "problem": problem,
        "has_second": step.has_app || step.has_passkey || !step.phone.is_empty(), "is_of_account": visitor.login().is_none(),
    });
    let organization = visitor.organization_if_any().await?;
    visitor.show("login_new_passkey.html", status, organization.as_ref(), values).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Made {
    #[serde(flatten)]
    way: Way,
    /// What the person calls it.
    #[serde(default)]
    name: String,
    /// What the browser has given, as JSON; empty where what it was given to begin with is over.
    #[serde(default)]
    credential: String,
}

/// Keep a passkey that the browser has made.
#[endpoint("hosted.register_passkey", page POST "/login/step/new-passkey", errors(..VISITOR))]
pub(super) async fn register(cx: Call<Anyone>, input: Made) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    whose(&mut visitor).await?;
    let name = Some(input.name.trim().to_owned()).filter(|name| !name.is_empty());
    let Some(credential) = read(&input.credential) else { return page(visitor, name, None).await };
    let mut asked = holder(&visitor);
    asked["public_key_credential"] = credential;
    asked["name"] = json!(name);
    let was_login = visitor.login().is_some();
    match visitor.ask_to_go_on("webauthn.register", asked).await {
        Ok(answer) if was_login => Ok(arrived(visitor, &answer)),
        Ok(answer) => {
            visitor.keep_session(text(&answer, "session_token"));
            visitor.step = Default::default();
            visitor.step.done = "account.done_passkey".to_owned();
            Ok(visitor.go("/account"))
        }
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => page(visitor, name, Some(told(error)?)).await,
    }
}
