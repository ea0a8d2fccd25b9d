//! Path, query and body become one input object.

use crate::error::{ApiError, Result};
use crate::http::schema::InputSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a request says, before it has the endpoint's type.
#[derive(Clone)]
pub(super) struct RawInput(Map<String, Value>);

impl RawInput {
    /// The path wins over the query, the query over the body.
    ///
    /// # Errors
    /// `bad_request` when the body is not a JSON object, or when any text contains a NUL character, which no database
    /// column of ours can hold.
    pub(super) fn new(
        body: &[u8],
        query: Option<&str>,
        path: impl Iterator<Item = (String, String)>,
        schema: &InputSchema,
    ) -> Result<Self> {
        let mut object = match body.is_empty() {
            true => Map::new(),
            false => match serde_json::from_slice(body) {
                Ok(Value::Object(object)) => object,
                Ok(_) => return Err(ApiError::BadRequest.because("The request body is JSON, but not an object.")),
                Err(error) => {
                    return Err(ApiError::BadRequest.because(format!("The request body is not JSON: {error}.")));
                }
            },
        };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = schema.coerce(&name, &value);
            object.insert(name.into_owned(), value);
        }
        object.extend(path.map(|(name, value)| (name, Value::String(value))));
        if object.iter().any(|(name, value)| name.contains('\0') || has_nul(value)) {
            return Err(ApiError::BadRequest.because("The request contains a NUL character."));
        }
        if object.values().any(|value| is_deeper_than(value, MAX_DEPTH)) {
            return Err(ApiError::BadRequest.because("The request is nested more than 32 levels deep."));
        }
        Ok(Self(object))
    }

    /// Sets a field the endpoint has; the session, not the request, says what it is.
    pub(super) fn inject(&mut self, schema: &InputSchema, name: &str, value: impl Into<Value>) {
        if schema.has(name) {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// The endpoint's own type.
    pub(super) fn parse<I: DeserializeOwned>(self) -> Result<I> {
        serde_json::from_value(Value::Object(self.0)).map_err(|error| {
            let text = error.to_string();
            // A value that has an error type of its own names it in its parse error.
            match text.strip_prefix(TYPED).and_then(|rest| rest.split_once(']')) {
                Some((error_type, _)) => typed(error_type),
                None => ApiError::BadRequest.because(format!("The request does not fit this endpoint: {text}.")),
            }
        })
    }
}

/// Levels of nesting in a request. What is stored must be readable again inside an envelope of ours.
const MAX_DEPTH: usize = 32;
const TYPED: &str = "[error_type:";

/// The parse error of a value that has its own error type, for `Deserialize` implementations.
pub(crate) fn parse_error(error: ApiError) -> String {
    format!("{TYPED}{}]", error.error_type())
}

fn typed(error_type: &str) -> crate::error::Error {
    ApiError::ALL.iter().copied().find(|e| e.error_type() == error_type).unwrap_or(ApiError::BadRequest).into()
}

/// Reads an object field of an input. Serde's structs would take a list as well.
pub(crate) fn object<'de, T: DeserializeOwned, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    match <Option<Value> as serde::Deserialize>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(object @ Value::Object(_)) => serde_json::from_value(object).map(Some).map_err(serde::de::Error::custom),
        Some(_) => Err(serde::de::Error::custom("expected an object")),
    }
}

fn is_deeper_than(value: &Value, levels: usize) -> bool {
    let inside = |value: &Value| levels == 0 || is_deeper_than(value, levels - 1);
    match value {
        Value::Array(items) => items.iter().any(inside),
        Value::Object(fields) => fields.values().any(inside),
        _ => false,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}
