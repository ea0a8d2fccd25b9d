//! The developer's outbox.

use super::render::page;
use crate::actor::Anyone;
use crate::outbox::{self, Listed, Wanted};
use axum::http::{StatusCode, header};
use foundation::app::App;
use foundation::error::{ApiError, Result};
use foundation::id::OutboxId;
use foundation::{this_machine, time};
use frame::{Call, Head, Page, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::IpAddr;

/// Messages that the page lists at once.
const LISTED: i64 = 25;
/// What proxies add to a request.
const FORWARDED: &[&str] =
    &["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// The outbox shows links that log people in, so only a developer on this machine gets to see it, and only where no SMTP
/// server is configured.
pub(super) fn may_see(cx: &Call<Anyone>) -> bool {
    cx.app.mailer().is_none() && is_of_this_machine(&cx.app, &cx.head)
}

/// Where the developer reads the outbox of a server that listens on this address; none where nobody may.
pub fn outbox_page(app: &App, listening: IpAddr) -> Option<String> {
    let hears_this_machine = listening.is_loopback() || listening.is_unspecified();
    let is_there = app.mailer().is_none() && this_machine::is_place_of(app.public_url()) && hears_this_machine;
    is_there.then(|| format!("{}/outbox", app.public_url()))
}

/// Whether somebody on this machine asks, of a server that is known to the world by no other name. The Host header must name
/// this machine too, or a page elsewhere could ask by rebinding its name.
pub(crate) fn is_of_this_machine(app: &App, head: &Head) -> bool {
    let host = head.header(header::HOST.as_str()).unwrap_or_default();
    let named = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_loopback = |address: Option<IpAddr>| address.is_some_and(|address| address.is_loopback());
    this_machine::is_place_of(app.public_url())
        && this_machine::is_name(named)
        && is_loopback(head.peer)
        && is_loopback(head.ip_address)
        && !FORWARDED.iter().any(|name| head.headers.contains_key(*name))
}

/// Which messages are to be shown.
#[derive(Deserialize, JsonSchema)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Asked {
    /// Only those whose address has this in it.
    to: String,
    /// Only those written before the message with this id.
    before: String,
    /// The page as it was last seen: where it is the same still, the answer is empty.
    seen: String,
}

/// A message, and how long ago it was written.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    message: Listed,
    ago: String,
}

impl Row {
    fn new(message: Listed, cx: &Call<Anyone>) -> Self {
        Self { ago: time::ago(message.created, cx.now()), message }
    }
}

/// The messages that this server has written.
#[endpoint("pages.outbox", page GET "/outbox", quiet, errors(RouteNotFound))]
pub(super) async fn messages(cx: Call<Anyone>, input: Asked) -> Result<Page> {
    if !may_see(&cx) {
        return Err(ApiError::RouteNotFound.into());
    }
    let Asked { to, before, seen } = input;
    let (to, is_first) = (to.trim().to_owned(), before.is_empty());
    let wanted = Wanted { limit: LISTED, before: OutboxId::parse(&before), to: to.clone(), seen };
    let Some(found) = outbox::page(&cx.app, wanted).await? else {
        return Ok(Page { html: String::new(), status: StatusCode::OK, policy: Page::POLICY, refusal: None });
    };
    let of_filter = |name, value: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        [("to", &*to), (name, value)].iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
            query.append_pair(name, value);
        });
        format!("/outbox?{}", query.finish())
    };
    let values = json!({
        "messages": found.messages.into_iter().map(|message| Row::new(message, &cx)).collect::<Vec<_>>(),
        "version": found.version,
        "older": found.older.as_ref().map(|id| of_filter("before", id.as_str())),
        "changes": is_first.then(|| of_filter("", "")),
        "is_first": is_first,
        "to": to,
    });
    page(&cx.app, "outbox.html", StatusCode::OK, &values)
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ById {
    /// The id of the message.
    id: String,
}

/// One of the messages that this server has written.
#[endpoint("pages.outbox_message", page GET "/outbox/{id}", quiet, errors(RouteNotFound))]
pub(super) async fn message(cx: Call<Anyone>, input: ById) -> Result<Page> {
    if !may_see(&cx) {
        return Err(ApiError::RouteNotFound.into());
    }
    let message = outbox::get(&cx.app, &input.id).await?.ok_or(ApiError::RouteNotFound)?;
    page(&cx.app, "message.html", StatusCode::OK, &json!({ "message": Row::new(message, &cx) }))
}
