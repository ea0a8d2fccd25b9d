//! The developer's outbox.

use super::render::page;
use crate::actor::Anyone;
use crate::outbox;
use axum::http::{StatusCode, header};
use foundation::app::App;
use foundation::error::{ApiError, Result};
use foundation::this_machine;
use frame::{Call, Head, NoInput, Page, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::net::IpAddr;

/// Messages that the page lists.
const LISTED: i64 = 100;
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

/// The messages that this server has written.
#[endpoint("pages.outbox", page GET "/outbox", quiet, errors(RouteNotFound))]
pub(super) async fn messages(cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    if !may_see(&cx) {
        return Err(ApiError::RouteNotFound.into());
    }
    let messages = outbox::list(&cx.app, LISTED).await?;
    page(&cx.app, "outbox.html", StatusCode::OK, &json!({ "messages": messages, "smtp": false }))
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ById {
    id: String,
}

/// One of the messages that this server has written.
#[endpoint("pages.outbox_message", page GET "/outbox/{id}", quiet, errors(RouteNotFound))]
pub(super) async fn message(cx: Call<Anyone>, input: ById) -> Result<Page> {
    if !may_see(&cx) {
        return Err(ApiError::RouteNotFound.into());
    }
    let message = outbox::get(&cx.app, &input.id).await?.ok_or(ApiError::RouteNotFound)?;
    page(&cx.app, "message.html", StatusCode::OK, &message)
}
