//! The description of the API: for programs, and for people.

use super::reference;
use super::render::page;
use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::Result;
use foundation::memory::Memory;
use frame::{Call, NoInput, Page, Plain, endpoint};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

/// Made when somebody first asks for it: it takes longer than all else of a start, and most servers are never asked.
struct Description(OnceLock<LazyLock<Value>>);

impl Memory for Description {
    fn new(_: &Config) -> Self {
        Self(OnceLock::new())
    }
}

/// Has the pages tell of the API what this makes.
pub(crate) fn describe(app: &App, openapi: fn() -> Value) {
    let _ = app.memory::<Description>().0.set(LazyLock::new(openapi));
}

/// The OpenAPI document.
pub(super) fn description(app: &App) -> &Value {
    const NOTHING: &Value = &Value::Null;
    app.memory::<Description>().0.get().map_or(NOTHING, |made| made)
}

/// The OpenAPI document.
#[endpoint("pages.openapi", plain GET "/openapi.json", quiet)]
pub(super) async fn openapi(cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    let content = Cow::Owned(description(&cx.app).to_string().into_bytes());
    Ok(Plain { status: StatusCode::OK, media_type: "application/json", content, seconds: 0 })
}

/// The API reference.
#[endpoint("pages.reference", page GET "/reference", quiet)]
pub(super) async fn show_reference(cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    page(&cx.app, "reference.html", StatusCode::OK, &reference::reference(description(&cx.app)))
}
