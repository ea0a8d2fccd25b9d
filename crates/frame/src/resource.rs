//! A resource that a protocol knows by its address and its version.

use crate::answer::{Content, Output};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use foundation::error::{Error, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A resource or a list of them, or that there is nothing to say; with the headers that tell its address and its version (RFC 9110,
/// sections 8.8.3 and 10.2.2).
pub struct Resource {
    /// The status; 201 with the address of something that is new.
    pub status: u16,
    pub body: Option<Map<String, Value>>,
    pub location: Option<String>,
    pub etag: Option<String>,
}

impl Resource {
    /// Something without a version.
    pub fn plain(body: Map<String, Value>) -> Self {
        Self { status: 200, body: Some(body), location: None, etag: None }
    }

    /// Something that is gone.
    pub fn gone() -> Self {
        Self { status: 204, body: None, location: None, etag: None }
    }
}

impl Output for Resource {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        let Some(body) = &self.body else { return Ok(Content::Nothing) };
        serde_json::to_writer(to, body).map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Content::Object)
    }

    fn status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.status).ok()
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let all = [(header::LOCATION, &self.location), (header::ETAG, &self.etag)];
        all.into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::from_str(value.as_deref()?).ok()?)))
            .collect()
    }
}

/// Its schemas are those of its protocol, which the server publishes itself.
impl JsonSchema for Resource {
    fn schema_name() -> Cow<'static, str> {
        "Resource".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}
