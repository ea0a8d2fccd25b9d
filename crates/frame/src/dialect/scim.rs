//! SCIM (RFC 7644).

use super::{ANSWER, Refusal, Speak, response, unfit};
use crate::answer::{Content, Output};
use crate::head::Head;
use crate::input::json_object;
use crate::schema::InputSchema;
use axum::http::StatusCode;
use axum::response::Response;
use foundation::error::Result;
use serde_json::{Map, Value, json};

pub(super) struct Scim;

/// Section 8.1.
const MEDIA_TYPE: &str = "application/scim+json";

impl Speak for Scim {
    /// Directories send `application/scim+json` or plain JSON; what they call it makes no difference.
    fn read(&self, _head: &Head, body: &[u8], _schema: &InputSchema) -> Result<Map<String, Value>> {
        json_object(body)
    }

    fn write(&self, _head: &Head, status: StatusCode, output: &dyn Output) -> Result<Response> {
        let mut bytes = Vec::with_capacity(ANSWER);
        match output.write(&mut bytes)? {
            Content::Object | Content::Nothing => Ok(response(status, MEDIA_TYPE, bytes)),
            _ => Err(unfit()),
        }
    }

    /// Section 3.12: the status is a text.
    fn refuse(&self, refusal: &Refusal<'_>) -> Response {
        let status = refusal.error.status();
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": status.as_str(),
            "detail": refusal.message,
        });
        if let Some(kind) = scim_type(status) {
            body["scimType"] = kind.into();
        }
        response(status, MEDIA_TYPE, body.to_string().into_bytes())
    }
}

/// Table 9 has words for some statuses only.
fn scim_type(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::BAD_REQUEST => Some("invalidValue"),
        StatusCode::CONFLICT => Some("uniqueness"),
        _ => None,
    }
}
