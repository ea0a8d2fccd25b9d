//! The few static files of the pages.

use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use frame::{Call, Plain, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use std::borrow::Cow;

/// Seconds that a file may be kept.
const KEPT: u32 = 300;

#[derive(Deserialize, JsonSchema)]
pub(super) struct ByName {
    /// The name of the file.
    name: String,
}

/// A static file of the pages.
#[endpoint("pages.asset", plain GET "/assets/{name}", quiet, errors(RouteNotFound))]
pub(super) async fn asset(_cx: Call<Anyone>, input: ByName) -> Result<Plain> {
    let (media_type, text): (_, &'static str) = match input.name.as_str() {
        "arrive.js" => ("text/javascript; charset=utf-8", include_str!("assets/arrive.js")),
        "components.css" => ("text/css; charset=utf-8", include_str!("assets/components.css")),
        "components.js" => ("text/javascript; charset=utf-8", include_str!("assets/components.js")),
        "chevron.svg" => ("image/svg+xml", include_str!("assets/chevron.svg")),
        "style.css" => ("text/css; charset=utf-8", include_str!("assets/style.css")),
        "dashboard.css" => ("text/css; charset=utf-8", include_str!("assets/dashboard.css")),
        "docs.css" => ("text/css; charset=utf-8", include_str!("assets/docs.css")),
        "docs.js" => ("text/javascript; charset=utf-8", include_str!("assets/docs.js")),
        "passkeys.js" => ("text/javascript; charset=utf-8", include_str!("assets/passkeys.js")),
        "phone_numbers.js" => ("text/javascript; charset=utf-8", include_str!("assets/phone_numbers.js")),
        "send_form.js" => ("text/javascript; charset=utf-8", include_str!("assets/send_form.js")),
        "operator_passkey.js" => ("text/javascript; charset=utf-8", include_str!("assets/operator_passkey.js")),
        "outbox.js" => ("text/javascript; charset=utf-8", include_str!("assets/outbox.js")),
        "reference.js" => ("text/javascript; charset=utf-8", include_str!("assets/reference.js")),
        "setup.css" => ("text/css; charset=utf-8", include_str!("assets/setup.css")),
        "redirect.js" => ("text/javascript; charset=utf-8", include_str!("assets/redirect.js")),
        _ => return Err(ApiError::RouteNotFound.into()),
    };
    Ok(Plain { status: StatusCode::OK, media_type, content: Cow::Borrowed(text.as_bytes()), seconds: KEPT })
}
