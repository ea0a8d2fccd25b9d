//! The pages of the error types, and the page that tells a person of an error.

use super::description::description;
use super::reference::is_answered_with;
use super::render::page;
use crate::actor::Anyone;
use crate::sso;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Call, NoInput, Page, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// All error types.
#[endpoint("pages.error_types", page GET "/errors", quiet)]
pub(super) async fn error_types(cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    page(&cx.app, "error_types.html", StatusCode::OK, &all())
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ByType {
    /// The `error_type` of an answer.
    error_type: String,
}

/// One error type, and what answers with it.
#[endpoint("pages.error_type", page GET "/errors/{error_type}", quiet)]
pub(super) async fn error_type(cx: Call<Anyone>, input: ByType) -> Result<Page> {
    match one(&input.error_type, description(&cx.app)) {
        Some(values) => page(&cx.app, "error_type.html", StatusCode::OK, &values),
        None => {
            let mut values = all();
            values["is_unknown"] = true.into();
            let page = page(&cx.app, "error_types.html", StatusCode::NOT_FOUND, &values)?;
            Ok(page.refusing(ApiError::RouteNotFound))
        }
    }
}

fn all() -> Value {
    let mut errors: Vec<_> = ApiError::ALL
        .iter()
        .map(|e| json!({ "error_type": e.error_type(), "status": e.status().as_u16(), "message": e.message() }))
        .collect();
    errors.sort_by_key(|e| e["error_type"].as_str().unwrap_or_default().to_owned());
    errors.dedup_by_key(|e| e["error_type"].clone());
    json!({ "errors": errors })
}

/// `None` for a word that is no error type.
fn one(word: &str, openapi: &Value) -> Option<Value> {
    let error = ApiError::of_type(word)?;
    let mut endpoints = Vec::new();
    for (path, methods) in
        openapi["paths"].as_object().into_iter().flatten().filter(|(path, _)| path.starts_with("/v1/"))
    {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if is_answered_with(operation, word) {
                endpoints
                    .push(json!({ "method": method.to_uppercase(), "path": path, "id": operation["operationId"] }));
            }
        }
    }
    Some(json!({
        "error_type": word, "status": error.status().as_u16(), "message": error.message(), "remedy": sso::remedy(error), "endpoints": endpoints,
    }))
}

/// The page that tells a person what was wrong and what to do.
pub(crate) fn error_page(app: &App, error: ApiError, message: &str, request_id: &str) -> String {
    let status = error.status();
    let title = match status {
        StatusCode::NOT_FOUND => "There is no such page",
        status if status.is_server_error() => "Something went wrong",
        _ => "This did not work",
    };
    let page = problem(app, error, request_id, json!({ "title": title, "message": message }));
    page.map_or_else(|_| title.to_owned(), |page| page.html)
}

/// The page of an error, with what its values say besides.
pub(super) fn problem(app: &App, error: ApiError, request_id: &str, mut values: Value) -> Result<Page> {
    values["error_type"] = error.error_type().into();
    values["request_id"] = request_id.into();
    Ok(page(app, "problem.html", error.status(), &values)?.refusing(error))
}
