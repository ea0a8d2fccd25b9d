//! JSON of the backend and of the browser API: every answer has the same envelope, good or bad.

use super::{ANSWER, Refusal, Speak, response, unfit};
use crate::answer::{Content, Output};
use crate::head::Head;
use crate::input::json_object;
use crate::schema::InputSchema;
use axum::http::StatusCode;
use axum::response::Response;
use foundation::error::Result;
use serde_json::{Map, Value, json};

/// Browsers get good answers in one more object, `data`.
pub(super) struct Json {
    pub(super) in_data: bool,
}

const MEDIA_TYPE: &str = "application/json";

impl Speak for Json {
    fn read(&self, _head: &Head, body: &[u8], _schema: &InputSchema) -> Result<Map<String, Value>> {
        json_object(body)
    }

    fn write(&self, head: &Head, status: StatusCode, output: &dyn Output) -> Result<Response> {
        let mut bytes = Vec::with_capacity(ANSWER);
        if self.in_data {
            bytes.extend_from_slice(b"{\"data\":");
        }
        // Neither has anything in it that JSON writes otherwise.
        for text in ["{\"status_code\":", status.as_str(), ",\"request_id\":\"", &head.request_id, "\""] {
            bytes.extend_from_slice(text.as_bytes());
        }
        let fields = bytes.len();
        let content = output.write(&mut bytes)?;
        match (content, &bytes[fields..]) {
            (Content::Nothing, b"") => bytes.push(b'}'),
            (Content::Object, b"{}") => drop(bytes.remove(fields)),
            (Content::Object, [b'{', ..]) => bytes[fields] = b',',
            _ => return Err(unfit()),
        }
        if self.in_data {
            bytes.push(b'}');
        }
        Ok(response(status, MEDIA_TYPE, bytes))
    }

    fn refuse(&self, refusal: &Refusal<'_>) -> Response {
        let error = refusal.error;
        let body = json!({
            "status_code": error.status().as_u16(),
            "request_id": refusal.head.request_id,
            "error_type": error.error_type(),
            "error_message": refusal.message,
            "error_url": refusal.url(),
        });
        response(error.status(), MEDIA_TYPE, body.to_string().into_bytes())
    }
}
