//! The developer's outbox.

use super::render::page;
use crate::actor::Anyone;
use crate::outbox;
use axum::http::{StatusCode, header};
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Call, NoInput, Page, endpoint};
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
    cx.app.mailer().is_none() && is_of_this_machine(cx)
}

/// Where the developer reads the outbox of a server that listens on this address; none where nobody may.
pub fn outbox_page(app: &App, listening: IpAddr) -> Option<String> {
    let hears_this_machine = listening.is_loopback() || listening.is_unspecified();
    let is_there = app.mailer().is_none() && is_called_this_machine(app) && hears_this_machine;
    is_there.then(|| format!("{}/outbox", app.public_url()))
}

fn is_called_this_machine(app: &App) -> bool {
    url::Url::parse(app.public_url()).is_ok_and(|url| url.host_str().is_some_and(is_this_machine))
}

/// Whether somebody on this machine asks, of a server that is known to the world by no other name. The Host header must name
/// this machine too, or a page elsewhere could ask by rebinding its name.
pub(super) fn is_of_this_machine(cx: &Call<Anyone>) -> bool {
    let host = cx.head.header(header::HOST.as_str()).unwrap_or_default();
    let named = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_loopback = |address: Option<IpAddr>| address.is_some_and(|address| address.is_loopback());
    is_called_this_machine(&cx.app)
        && is_this_machine(named)
        && is_loopback(cx.head.peer)
        && is_loopback(cx.head.ip_address)
        && !FORWARDED.iter().any(|name| cx.head.headers.contains_key(*name))
}

fn is_this_machine(name: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
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
    page(&cx.app, "message.html", StatusCode::OK, &message)
}
