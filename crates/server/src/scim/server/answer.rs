//! What the server answers with.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use foundation::error::{Error, Result};
use frame::{Content, Output};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A resource or a list of them, or that there is nothing to say.
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) body: Option<Map<String, Value>>,
    pub(super) location: Option<String>,
    pub(super) etag: Option<String>,
}

impl Told {
    /// Something without a version.
    pub(super) fn plain(body: Map<String, Value>) -> Self {
        Self { status: StatusCode::OK, body: Some(body), location: None, etag: None }
    }

    /// Something that is gone.
    pub(super) fn gone() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, location: None, etag: None }
    }
}

impl Output for Told {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        let Some(body) = &self.body else { return Ok(Content::Nothing) };
        serde_json::to_writer(to, body).map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Content::Object)
    }

    fn status(&self) -> Option<StatusCode> {
        Some(self.status)
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let all = [(header::LOCATION, &self.location), (header::ETAG, &self.etag)];
        all.into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::from_str(value.as_deref()?).ok()?)))
            .collect()
    }
}

/// Its schemas are those of SCIM, which the server publishes itself.
impl JsonSchema for Told {
    fn schema_name() -> Cow<'static, str> {
        "ScimAnswer".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}
