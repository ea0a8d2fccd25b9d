//! Cross-origin access for browsers (the Fetch standard, section 3.2): only pages of registered web origins.
//!
//! A page of another origin may read one thing, which is that its origin is not registered: its preflight is answered, and
//! so is the refusal. That is the same whoever asks with whatever cookies, and without it a page cannot say what is wrong.

use crate::head::Head;
use crate::wiring::Wiring;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use foundation::app::App;
use foundation::error::{ApiError, Result};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
/// What the browser SDK sends, for a preflight that does not say.
const HEADERS: &str = "authorization, content-type, x-sdk-client, x-sdk-parent-host";
/// What pages may read besides the headers that they always may.
const EXPOSED: &str = "retry-after, x-request-id";
/// Seconds that a browser may remember the answer to a preflight.
const MAX_AGE: &str = "600";
/// What an answer depends on.
const VARY: &str = "Origin, Access-Control-Request-Headers";

/// Lets the page read the answer if any project has registered its origin, or if the answer is that it is not registered.
/// Whether the *project of the request* has, decides the caller's identification.
pub(crate) async fn allow(app: &App, wiring: &Wiring, head: &Head, error: Option<ApiError>, response: &mut HeaderMap) {
    response.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = head.telling_origin() else { return };
    let may_read = error == Some(ApiError::BadDomainForSdk)
        || (wiring.is_registered_origin)(app, origin).await.unwrap_or_else(|error| {
            // Nobody is let in by mistake, and the next request asks again.
            tracing::warn!(request_id = %head.request_id, %error, "whether an origin is registered cannot be looked up");
            false
        });
    if may_read {
        let_read(origin, response);
        response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// The answer to a preflight request: any page may ask, and learns then what it may.
///
/// # Errors
/// When the page has no origin of its own, or the database cannot be asked.
pub(crate) async fn preflight(app: &App, wiring: &Wiring, head: &Head) -> Result<Response> {
    let origin = head.telling_origin().ok_or(ApiError::BadDomainForSdk)?;
    if !(wiring.is_registered_origin)(app, origin).await? {
        app.metrics().refused_origin();
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    let_read(origin, headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked_headers(head));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    Ok(response)
}

/// The SDK asks with credentials, so browsers want the origin by its name, and to be told that it may have them.
fn let_read(origin: &str, response: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(origin) {
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

/// The headers that the page wants to send, whatever they are: those of tracing, for example, which a page's monitoring
/// adds to all of its requests. With credentials a `*` would mean a header of that name.
fn asked_headers(head: &Head) -> HeaderValue {
    let asked =
        head.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|asked| is_list_of_names(asked.as_bytes()));
    asked.cloned().unwrap_or(HeaderValue::from_static(HEADERS))
}

/// Names of headers (RFC 9110, section 5.6.2) with commas between them.
fn is_list_of_names(text: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~, ".contains(byte);
    !text.is_empty() && text.iter().all(is_of_name)
}
