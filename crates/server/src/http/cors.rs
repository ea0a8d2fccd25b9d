//! Cross-origin access for browsers (the Fetch standard, section 3.2): only pages of registered web origins.

use crate::App;
use crate::http::Head;
use crate::projects;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const METHODS: &str = "GET, POST, PUT, DELETE";
const HEADERS: &str = "authorization, content-type, x-sdk-client, x-sdk-parent-host";
/// Seconds that a browser may remember the answer to a preflight.
const MAX_AGE: &str = "600";

/// Lets the page read the answer if any project has registered its origin. Whether the *project of the request* has,
/// decides the caller's identification.
pub(super) async fn allow(app: &App, head: &Head, response: &mut HeaderMap) {
    response.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = head.origin() else { return };
    if projects::origin_is_registered(app, origin, head.now).await
        && let Ok(value) = HeaderValue::from_str(origin)
    {
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

/// The answer to a preflight request.
pub(super) async fn preflight(app: &App, head: &Head) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    allow(app, head, headers).await;
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    }
    response
}
