//! The passkeys of the operator who is signed in.

use super::super::phrases::say;
use super::sign_in::too_many_wrong;
use super::words::{Problem, ago, locale_of};
use super::{Place, Shown, address, show};
use crate::operators::own_passkeys::{self as passkeys, CHANGE, NEW};
use crate::operators::{Operator, Passkey};
use crate::search::json_of;
use foundation::error::{ApiError, Error, Result};
use foundation::secret::Secret;
use foundation::time;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

const HERE: &str = "/dashboard/passkeys";

#[derive(Deserialize, JsonSchema)]
pub(super) struct Wanted {
    /// What was done: said once more on the page.
    #[serde(default)]
    done: String,
}

/// The passkeys of the operator who is signed in.
#[endpoint("dashboard.passkeys", page GET "/dashboard/passkeys", quiet)]
pub(super) async fn all(cx: Call<Operator>, input: Wanted) -> Result<Shown> {
    let done = match input.done.as_str() {
        "added" => Some("dashboard.done_added"),
        "renamed" => Some("dashboard.done_renamed"),
        "removed" => Some("dashboard.done_removed"),
        _ => None,
    };
    page_of(&cx, done, None, "").await
}

async fn page_of(cx: &Call<Operator>, done: Option<&str>, problem: Option<Problem>, name: &str) -> Result<Shown> {
    let locale = locale_of(cx);
    let told = |passkey: &Passkey| {
        json!({
            "id": passkey.id, "name": passkey.name, "domain": passkey.domain,
            "created_at": time::to_text(passkey.created_at), "used": ago(locale, passkey.last_used_at, cx.now()),
        })
    };
    let known = passkeys::list(cx).await?;
    let values = json!({
        "passkeys": known.iter().map(told).collect::<Vec<_>>(), "done": done,
        "problem": problem.as_ref().map(Problem::shown), "name": name,
        "error_type": problem.as_ref().map(|problem| problem.error.error_type()),
    });
    let page = show(cx, Place::Operators, "dashboard/passkeys.html", values).await?;
    Ok(page.refused(problem.map(|problem| problem.error)))
}

/// The page again, with what was wrong.
async fn again(cx: &Call<Operator>, error: Error, name: &str) -> Result<Shown> {
    let locale = locale_of(cx);
    let problem = match error {
        Error::Api(error @ ApiError::WrongPassword, _) => {
            Problem::said(error, say(locale, "dashboard.password_wrong", &[]))
        }
        Error::Locked(seconds) => too_many_wrong(locale, seconds),
        refused @ Error::Api(error, _) if NEW.contains(&error) || CHANGE.contains(&error) => Problem::of(&refused),
        other => return Err(other),
    };
    page_of(cx, None, Some(problem), name).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Begin {
    /// What the operator calls it.
    #[serde(default)]
    name: String,
    /// Their password.
    #[serde(default)]
    #[schemars(with = "String")]
    password: Secret,
}

/// Begin to add a passkey.
#[endpoint("dashboard.new_passkey", page POST "/dashboard/passkeys/new", errors(..NEW))]
pub(super) async fn new(cx: Call<Operator>, input: Begin) -> Result<Shown> {
    match passkeys::begin(&cx, &input.name, &input.password).await {
        Ok(options) => {
            let options = json_of(&options)?.to_string();
            let values = json!({ "options": options, "name": input.name });
            show(&cx, Place::Operators, "dashboard/passkey.html", values).await
        }
        Err(error) => again(&cx, error, &input.name).await,
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Change {
    /// `add`, `rename` or `remove`.
    change: String,
    /// The id of the passkey.
    #[serde(default)]
    id: String,
    /// What the operator calls it.
    #[serde(default)]
    name: String,
    /// What the browser has given, as JSON.
    #[serde(default)]
    credential: String,
    /// Their password, where one is removed.
    #[serde(default)]
    #[schemars(with = "String")]
    password: Secret,
}

/// Add, name or remove a passkey.
#[endpoint(
    "dashboard.change_passkeys",
    page POST "/dashboard/passkeys",
    errors(InvalidArgument, ..CHANGE)
)]
pub(super) async fn change(cx: Call<Operator>, input: Change) -> Result<Shown> {
    let (outcome, done) = match input.change.as_str() {
        "add" => (passkeys::add(&cx, &input.credential, &input.name).await, "added"),
        "rename" => (passkeys::rename(&cx, &input.id, &input.name).await, "renamed"),
        "remove" => (passkeys::remove(&cx, &input.id, &input.password).await, "removed"),
        _ => return Err(ApiError::InvalidArgument.because("The dashboard knows no such change.")),
    };
    match outcome {
        Ok(()) => Ok(Shown::elsewhere(address(HERE, &[("done", done)]))),
        Err(error) => again(&cx, error, "").await,
    }
}
