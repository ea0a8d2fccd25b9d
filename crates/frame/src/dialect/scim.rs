//! SCIM (RFC 7644).

use super::{ANSWER, Refusal, Speak, response, set, unfit};
use crate::answer::{Content, Output};
use crate::head::Head;
use crate::input::json_object;
use crate::schema::InputSchema;
use axum::http::{StatusCode, header};
use axum::response::Response;
use foundation::error::{ApiError, Error, Result};
use serde_json::{Map, Value, json};

pub(super) struct Scim;

/// Section 8.1.
const MEDIA_TYPE: &str = "application/scim+json";

impl Speak for Scim {
    /// Directories send `application/scim+json` or plain JSON; what they call it makes no difference. An input that has a
    /// `body` gets all of it there: the attributes of a resource may have the names of what stands in the path.
    fn read(&self, _head: &Head, body: &[u8], schema: &InputSchema) -> Result<Map<String, Value>> {
        let body = json_object(body).map_err(|error| match error {
            Error::Api(ApiError::BadRequest, Some(message)) => ApiError::ScimInvalidSyntax.because(message),
            error => error,
        })?;
        match schema.has("body") {
            true => Ok(Map::from_iter([("body".to_owned(), Value::Object(body))])),
            false => Ok(body),
        }
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
        if let Some(kind) = scim_type(refusal.error) {
            body["scimType"] = kind.into();
        }
        let mut response = response(status, MEDIA_TYPE, body.to_string().into_bytes());
        if status == StatusCode::UNAUTHORIZED {
            // With a parameter: readers of this header that know of none without are in use.
            set(&mut response, header::WWW_AUTHENTICATE, r#"Bearer realm="SCIM""#);
        }
        response
    }
}

/// The word of RFC 7644, table 9, for an error, where it has one.
pub fn scim_type(error: ApiError) -> Option<&'static str> {
    match error {
        ApiError::ScimInvalidFilter => Some("invalidFilter"),
        ApiError::ScimInvalidPath => Some("invalidPath"),
        ApiError::ScimInvalidSyntax => Some("invalidSyntax"),
        ApiError::ScimMutability => Some("mutability"),
        ApiError::ScimNoTarget => Some("noTarget"),
        ApiError::ScimTooMany => Some("tooMany"),
        error => match error.status() {
            StatusCode::BAD_REQUEST => Some("invalidValue"),
            StatusCode::CONFLICT => Some("uniqueness"),
            _ => None,
        },
    }
}
