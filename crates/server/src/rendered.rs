//! A value as the JSON it is answered with: made once, shared, and written as it is.

use crate::error::{Error, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// The JSON of a `T`. Cheap to clone.
pub(crate) struct Rendered<T>(Arc<RawValue>, PhantomData<fn() -> T>);

impl<T> Rendered<T> {
    /// What is the JSON of a `T` already.
    pub(crate) fn from_json(json: String) -> Result<Self> {
        RawValue::from_string(json).map(|raw| Self(raw.into(), PhantomData)).map_err(|e| Error::Internal(Box::new(e)))
    }
    pub(crate) fn json(&self) -> &str {
        self.0.get()
    }
}

impl<T: Serialize> Rendered<T> {
    pub(crate) fn new(value: &T) -> Result<Self> {
        Self::from_json(serde_json::to_string(value).map_err(|e| Error::Internal(Box::new(e)))?)
    }
}

impl<T> Clone for Rendered<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T> Serialize for Rendered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// That of the value itself.
impl<T: JsonSchema> JsonSchema for Rendered<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
