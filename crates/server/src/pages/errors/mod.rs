//! The pages of the error types, and the page that tells a person of an error.

mod help;
mod near;

use super::description::description;
use super::phrases::language;
use super::reference::{answering, is_of_all};
use super::render::{page, page_in};
use crate::actor::Anyone;
use crate::sso;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Call, Head, NoInput, Page, endpoint};
use help::{Help, help};
use mail::Locale;
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

/// One error type: what it comes from, what to do, and what answers with it.
#[endpoint("pages.error_type", page GET "/errors/{error_type}", quiet, errors(RouteNotFound))]
pub(super) async fn error_type(cx: Call<Anyone>, input: ByType) -> Result<Page> {
    match ApiError::of_type(&input.error_type) {
        Some(error) => page(&cx.app, "error_type.html", StatusCode::OK, &one(&cx.app, error)),
        None => {
            let mut values = all();
            values["is_unknown"] = true.into();
            values["near"] = near::near(&input.error_type, ApiError::ALL.iter().map(|error| error.error_type())).into();
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

fn one(app: &App, error: ApiError) -> Value {
    let error_type = error.error_type();
    let same = ApiError::ALL.iter().filter(|other| other.error_type() == error_type);
    let told: Vec<_> = same.map(|e| json!({ "status": e.status().as_u16(), "message": e.message() })).collect();
    let openapi = description(app);
    let example = json!({
        "status_code": error.status().as_u16(),
        "request_id": "request-id-test-00000000-0000-7000-8000-000000000000",
        "error_type": error_type,
        "error_message": error.message(),
        "error_url": format!("{}/errors/{error_type}", app.public_url()),
    });
    let Help { causes, mend } = help(error_type).unwrap_or(Help { causes: "", mend: "" });
    json!({
        "error_type": error_type, "told": told, "causes": causes, "mend": mend, "remedy": sso::remedy(error),
        "example": serde_json::to_string_pretty(&example).unwrap_or_default(),
        "operations": answering(&openapi, error_type), "is_of_all": is_of_all(&openapi, error_type),
    })
}

/// The page that tells a person what was wrong and what to do.
pub(crate) fn error_page(app: &App, head: &Head, error: ApiError, message: &str) -> String {
    let status = error.status();
    let phrase = match status {
        _ if error == ApiError::OperatorUnauthenticated => "links.sign_in",
        StatusCode::NOT_FOUND => "links.missing_title",
        status if status.is_server_error() => "links.fault_title",
        _ => "links.problem_title",
    };
    let sign_in = (error == ApiError::OperatorUnauthenticated).then_some("/dashboard/sign-in");
    let values = json!({ "phrase": phrase, "message": message, "sign_in": sign_in });
    let page = problem(app, language(head, None), error, &head.request_id, values);
    page.map_or_else(|_| message.to_owned(), |page| page.html)
}

/// The page of an error, with what its values say besides.
pub(super) fn problem(app: &App, locale: Locale, error: ApiError, request_id: &str, mut values: Value) -> Result<Page> {
    values["error_type"] = error.error_type().into();
    values["request_id"] = request_id.into();
    Ok(page_in(app, locale, "problem.html", error.status(), &values)?.refusing(error))
}
