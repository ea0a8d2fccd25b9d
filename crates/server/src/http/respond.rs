//! Every answer has the same envelope, good or bad.

use crate::App;
use crate::error::{ApiError, Error};
use crate::http::{Head, Surface, cookies};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What an endpoint answers.
pub(crate) trait Output: Send {
    /// Writes it as a JSON object.
    fn write_json(&self, to: &mut Vec<u8>) -> serde_json::Result<()>;
}

impl<T: Serialize + Send> Output for T {
    fn write_json(&self, to: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(to, self)
    }
}

/// An output on its way to the client.
pub(super) fn success(head: &Head, http_only_cookies: bool, output: &impl Output) -> Result<Response, Error> {
    let body = in_envelope(head, output)?;
    if !http_only_cookies {
        return Ok(json_response(StatusCode::OK, body));
    }
    let mut body: Map<String, Value> = serde_json::from_slice(&body).map_err(unwritable)?;
    let cookies = match body.get_mut(DATA) {
        Some(Value::Object(data)) => cookies::take_tokens(data, head.now),
        _ => Vec::new(),
    };
    let mut response = json_response(StatusCode::OK, serde_json::to_vec(&body).map_err(unwritable)?);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What browsers get the envelope in.
const DATA: &str = "data";
/// Longer than most answers.
const ANSWER: usize = 8192;

/// The fields of an output behind those of the envelope.
fn in_envelope(head: &Head, output: &impl Output) -> Result<Vec<u8>, Error> {
    let in_data = head.surface == Surface::Browser;
    let mut bytes = Vec::with_capacity(ANSWER);
    if in_data {
        bytes.extend_from_slice(format!("{{\"{DATA}\":").as_bytes());
    }
    // The request id has nothing in it that JSON writes otherwise.
    for text in ["{\"status_code\":200,\"request_id\":\"", &head.request_id, "\""] {
        bytes.extend_from_slice(text.as_bytes());
    }
    let fields = bytes.len();
    output.write_json(&mut bytes).map_err(unwritable)?;
    match &bytes[fields..] {
        b"{}" => drop(bytes.remove(fields)),
        [b'{', ..] => bytes[fields] = b',',
        _ => return Err(Error::internal("an answer is not a JSON object")),
    }
    if in_data {
        bytes.push(b'}');
    }
    Ok(bytes)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::internal(format!("an answer cannot be written as JSON: {error}"))
}

/// An error on its way to the client. Faults of ours go to the log; the client learns the request id.
pub(crate) fn failure(app: &App, request_id: &str, error: Error) -> Response {
    let (error, message) = match error {
        Error::Api(error, message) => (error, message),
        Error::Conflict => (ApiError::ServerUnavailable, None),
        Error::Unavailable(cause) => {
            tracing::warn!(%request_id, %cause, "database unavailable");
            (ApiError::ServerUnavailable, None)
        }
        Error::Internal(fault) => {
            tracing::error!(%request_id, %fault, "internal error");
            (ApiError::Internal, None)
        }
    };
    let body = json!({
        "status_code": error.status().as_u16(),
        "request_id": request_id,
        "error_type": error.error_type(),
        "error_message": message.as_deref().unwrap_or(error.message()),
        "error_url": format!("{}/errors/{}", app.public_url(), error.error_type()),
    });
    let mut response = json_response(error.status(), body.to_string().into_bytes());
    if matches!(error, ApiError::ServerUnavailable | ApiError::TooManyRequests) {
        // Two seconds bring one more mail for the address; see `MailLimit`.
        let seconds = if error == ApiError::TooManyRequests { "2" } else { "1" };
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    response
}

fn json_response(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
