//! The page that says what this is.

use super::outbox::may_see;
use super::render::page;
use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, NoInput, Page, Plain, endpoint};
use serde_json::json;

/// What this is, and where to go on.
#[endpoint("pages.home", page GET "/", quiet)]
pub(super) async fn home(cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    let values = json!({ "outbox": may_see(&cx), "version": env!("CARGO_PKG_VERSION") });
    page(&cx.app, "home.html", StatusCode::OK, &values)
}

/// That there is no icon.
#[endpoint("pages.favicon", plain GET "/favicon.ico" -> 204, quiet)]
pub(super) async fn favicon(_cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    Ok(Plain::text(StatusCode::NO_CONTENT, ""))
}
