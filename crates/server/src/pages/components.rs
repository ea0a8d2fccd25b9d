//! The parts that pages are made of, all on one page, for whoever works on them.

use super::outbox::is_of_this_machine;
use super::phrases::language;
use super::render::page_in;
use crate::actor::Anyone;
use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use frame::{Call, Page, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Typed {
    /// What stands in the first field.
    #[serde(default)]
    plain: String,
    /// The language.
    locale: Option<String>,
}

/// The components of pages, in every state.
#[endpoint("pages.components", page GET "/components", quiet, errors(RouteNotFound))]
pub(super) async fn components(cx: Call<Anyone>, typed: Typed) -> Result<Page> {
    if !is_of_this_machine(&cx.app, &cx.head) {
        return Err(ApiError::RouteNotFound.into());
    }
    let nav = json!([
        { "href": "/components", "label": "Components", "icon": "building", "current": true },
        { "href": "/docs", "label": "Documentation", "icon": "info" },
    ]);
    let values = json!({ "brand": "Guildhall", "nav": nav, "nav_label": "Site", "value": typed.plain });
    let locale = language(&cx.head, typed.locale.as_deref());
    page_in(&cx.app, locale, "components_page.html", StatusCode::OK, &values)
}
