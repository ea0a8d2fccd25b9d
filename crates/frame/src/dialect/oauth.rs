//! OAuth 2.0 endpoints that programs call (RFC 6749 and its kin).

use super::{ANSWER, Refusal, Speak, response, set, unfit};
use crate::answer::{Content, Output};
use crate::head::Head;
use crate::input::{form, json_object};
use crate::schema::InputSchema;
use axum::http::{StatusCode, header};
use axum::response::Response;
use foundation::error::{ApiError, Result};
use serde_json::{Map, Value, json};

pub(super) struct Oauth;

const MEDIA_TYPE: &str = "application/json";

impl Speak for Oauth {
    /// Forms; and JSON, which some clients send all the same.
    fn read(&self, head: &Head, body: &[u8], schema: &InputSchema) -> Result<Map<String, Value>> {
        let media_type = head.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        match media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(MEDIA_TYPE) {
            true => json_object(body),
            false => form(body, schema),
        }
    }

    fn write(&self, _head: &Head, status: StatusCode, output: &dyn Output) -> Result<Response> {
        let mut bytes = Vec::with_capacity(ANSWER);
        match output.write(&mut bytes)? {
            Content::Object | Content::Nothing => Ok(uncached(response(status, MEDIA_TYPE, bytes))),
            _ => Err(unfit()),
        }
    }

    /// Section 5.2, and the members of every other error of this server.
    fn refuse(&self, refusal: &Refusal<'_>) -> Response {
        let status = refusal.error.status();
        let body = json!({
            "status_code": status.as_u16(),
            "request_id": refusal.head.request_id,
            "error": word(refusal.error),
            "error_description": refusal.message,
            "error_uri": refusal.url(),
        });
        let mut response = uncached(response(status, MEDIA_TYPE, body.to_string().into_bytes()));
        if status == StatusCode::UNAUTHORIZED {
            set(&mut response, header::WWW_AUTHENTICATE, "Basic realm=\"oauth\"");
        }
        response
    }
}

/// Section 5.1.
fn uncached(mut response: Response) -> Response {
    set(&mut response, header::PRAGMA, "no-cache");
    response
}

/// The words that the RFCs have. An error type that is one of them is said as it is.
const WORDS: &[&str] = &[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "invalid_token",
    "insufficient_scope",
    "invalid_target",
    "invalid_redirect_uri",
    "invalid_client_metadata",
];

fn word(error: ApiError) -> &'static str {
    let known = WORDS.iter().copied().find(|word| *word == error.error_type());
    known.unwrap_or(match error.status().as_u16() {
        401 => "invalid_client",
        403 => "access_denied",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    })
}
