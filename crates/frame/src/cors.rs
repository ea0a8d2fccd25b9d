//! Cross-origin access for browsers (the Fetch standard, section 3.2): only pages of registered web origins.

use crate::head::Head;
use crate::wiring::Wiring;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use foundation::app::App;

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "authorization, content-type, x-sdk-client, x-sdk-parent-host";
/// What pages may read besides the headers that they always may.
const EXPOSED: &str = "retry-after";
/// Seconds that a browser may remember the answer to a preflight.
const MAX_AGE: &str = "600";
/// The longest origin there can be, in bytes: a scheme, a host name (RFC 1035, section 2.3.4) and a port.
const LONGEST: usize = 300;

/// Lets the page read the answer if any project has registered its origin. Whether the *project of the request* has,
/// decides the caller's identification.
pub(crate) async fn allow(app: &App, wiring: &Wiring, head: &Head, response: &mut HeaderMap) {
    response.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = head.origin().filter(|origin| origin.len() <= LONGEST) else { return };
    let registered = (wiring.is_registered_origin)(app, origin).await.unwrap_or_else(|error| {
        // Nobody is let in by mistake, and the next request asks again.
        tracing::warn!(request_id = %head.request_id, %error, "whether an origin is registered cannot be looked up");
        false
    });
    if registered && let Ok(value) = HeaderValue::from_str(origin) {
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// The answer to a preflight request.
pub(crate) async fn preflight(app: &App, wiring: &Wiring, head: &Head) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    allow(app, wiring, head, headers).await;
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    }
    response
}
