//! The description of the API, for programs.

use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::Result;
use foundation::memory::Memory;
use frame::{Call, NoInput, Plain, endpoint};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::OnceLock;

/// Made when somebody first asks for it: it takes longer than all else of a start, and most servers are never asked. It is
/// kept as text, which takes a tenth of the memory that its values would; a page reads it anew.
#[derive(Default)]
struct Description {
    made_by: OnceLock<fn() -> Value>,
    text: OnceLock<Box<str>>,
}

impl Memory for Description {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

/// Has the pages tell of the API what this makes.
pub(crate) fn describe(app: &App, openapi: fn() -> Value) {
    let _ = app.memory::<Description>().made_by.set(openapi);
}

fn text(app: &App) -> &str {
    let Description { made_by, text } = app.memory::<Description>();
    text.get_or_init(|| made_by.get().map_or_else(String::new, |openapi| openapi().to_string()).into())
}

/// The OpenAPI document.
pub(super) fn description(app: &App) -> Value {
    serde_json::from_str(text(app)).unwrap_or_default()
}

/// The OpenAPI document.
#[endpoint("pages.openapi", plain GET "/openapi.json", quiet)]
pub(super) async fn openapi(cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    let content = Cow::Owned(text(&cx.app).as_bytes().to_vec());
    Ok(Plain { status: StatusCode::OK, media_type: "application/json", content, seconds: 0 })
}
