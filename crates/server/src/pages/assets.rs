//! The few static files of the pages.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A static file by name.
pub(super) fn asset(name: &str) -> Response {
    let (content_type, text) = match name {
        "style.css" => ("text/css; charset=utf-8", include_str!("assets/style.css")),
        "redirect.js" => ("text/javascript; charset=utf-8", include_str!("assets/redirect.js")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=300")], text).into_response()
}
