//! Messages of all projects: what waits, what was delivered, and how each mail looks.

use super::words::{ago, locale_of};
use super::{Place, Shown, address, show};
use crate::operators::Operator;
use crate::outbox::{self, Listed, Wanted};
use foundation::error::{ApiError, Result};
use foundation::id::OutboxId;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Messages on a page.
const LISTED: i64 = 50;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// Only those whose address has this in it.
    #[serde(default)]
    to: String,
    /// Only those written before the message with this id.
    #[serde(default)]
    before: String,
}

/// A message without what is secret in it: whoever looks after mail need not be able to log in as its reader.
fn told(message: &Listed, cx: &Call<Operator>) -> Value {
    json!({
        "id": message.id, "kind": message.kind, "to": message.to, "subject": message.subject, "status": message.status,
        "attempts": message.attempts, "last_error": message.last_error, "created_at": message.created_at,
        "ago": ago(locale_of(cx), message.created, cx.now()),
    })
}

/// Messages, newest first.
#[endpoint("dashboard.outbox", page GET "/dashboard/outbox", quiet)]
pub(super) async fn messages(cx: Call<Operator>, input: Asked) -> Result<Shown> {
    let to = input.to.trim().to_owned();
    let wanted = Wanted { limit: LISTED, before: OutboxId::parse(&input.before), to: to.clone(), seen: String::new() };
    let found = outbox::page(&cx.app, wanted).await?;
    let (messages, older) = found.map(|page| (page.messages, page.older)).unwrap_or_default();
    let older = older.map(|id| address("/dashboard/outbox", &[("to", &to), ("before", id.as_str())]));
    let values = json!({
        "messages": messages.iter().map(|message| told(message, &cx)).collect::<Vec<_>>(),
        "to": to, "older": older, "is_kept": cx.app.mailer().is_none(),
    });
    show(&cx, Place::Outbox, "dashboard/outbox.html", values).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ById {
    /// The id of the message.
    id: String,
}

/// A message, as its reader sees it. Links and codes in it are not shown.
#[endpoint("dashboard.outbox_message", page GET "/dashboard/outbox/{id}", quiet, errors(RouteNotFound))]
pub(super) async fn message(cx: Call<Operator>, input: ById) -> Result<Shown> {
    let message = outbox::get(&cx.app, &input.id).await?.ok_or(ApiError::RouteNotFound)?;
    let mut told = told(&message, &cx);
    told["html"] = without_secrets(&message.html, &message).into();
    told["text"] = without_secrets(&message.text, &message).into();
    let values = json!({ "title": message.subject, "message": told });
    show(&cx, Place::Outbox, "dashboard/message.html", values).await
}

/// The text without what logs its reader in: an operator who looks at a mail is not its reader.
fn without_secrets(text: &str, message: &Listed) -> String {
    let link = url::Url::parse(&message.link).ok();
    let tokens = link.iter().flat_map(|link| link.query_pairs()).filter(|(name, _)| name == "token");
    let secrets = tokens.map(|(_, token)| token.into_owned()).chain([message.code.clone()]);
    secrets.filter(|secret| !secret.is_empty()).fold(text.to_owned(), |text, secret| text.replace(&secret, HIDDEN))
}

/// What stands in the place of what is secret.
const HIDDEN: &str = "••••••";
