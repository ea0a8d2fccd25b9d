//! Every answer has the same envelope, good or bad.

use crate::App;
use crate::error::{ApiError, Error};
use crate::http::{Head, Surface, cookies};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

#[derive(Serialize)]
struct Envelope<'a, T> {
    status_code: u16,
    request_id: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

/// An output on its way to the client.
pub(super) fn success<T: Serialize>(head: &Head, http_only_cookies: bool, output: &T) -> Result<Response, Error> {
    let envelope = Envelope { status_code: 200, request_id: &head.request_id, body: output };
    if head.surface == Surface::Backend {
        return Ok(json_response(StatusCode::OK, to_json(&envelope)?));
    }
    if !http_only_cookies {
        return Ok(json_response(StatusCode::OK, to_json(&Data { data: &envelope })?));
    }
    let mut body: Map<String, Value> = match serde_json::to_value(&envelope).map_err(unwritable)? {
        Value::Object(body) => body,
        _ => Map::new(),
    };
    let cookies = cookies::take_tokens(&mut body, head.now);
    let mut response = json_response(StatusCode::OK, to_json(&Data { data: &body })?);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What browsers get around the envelope.
#[derive(Serialize)]
struct Data<'a, T> {
    data: &'a T,
}

/// As long as most answers are.
const ANSWER: usize = 4096;

fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(ANSWER);
    serde_json::to_writer(&mut bytes, value).map_err(unwritable)?;
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
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
