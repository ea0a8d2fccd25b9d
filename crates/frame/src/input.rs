//! Path, query and body become one input object.

use crate::misfit::shown;
use crate::schema::InputSchema;
use foundation::error::{ApiError, Result, type_in};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// What a request says, before it has the endpoint's type.
#[derive(Clone)]
pub(crate) struct RawInput(Map<String, Value>);

impl RawInput {
    /// The path wins over the query, the query over the body.
    ///
    /// # Errors
    /// `bad_request` when body or query has a field that the door does not take, when any text contains a NUL character,
    /// which no database column of ours can hold, or when it is nested too deep.
    pub(crate) fn new(
        body: Map<String, Value>,
        query: Option<&str>,
        path: impl Iterator<Item = (String, String)>,
        schema: &InputSchema,
        takes: Option<&[&str]>,
    ) -> Result<Self> {
        let mut object = body;
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = schema.coerce(&name, &value);
            object.insert(name.into_owned(), value);
        }
        if let Some(takes) = takes
            && let Some(name) = object.keys().find(|name| !takes.contains(&name.as_str()))
        {
            let name = shown(name);
            return Err(ApiError::BadRequest.because(format!("The browser API does not take {name:?} here.")));
        }
        for (name, value) in &mut object {
            schema.make_whole(name, value);
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

    /// Sets a field that the credential says.
    pub(crate) fn say(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The endpoint's own type.
    pub(crate) fn parse<I: DeserializeOwned>(self, schema: &InputSchema) -> Result<I> {
        let object = Value::Object(self.0);
        I::deserialize(&object).map_err(|error| match type_in(&error.to_string()) {
            // A value that has an error type of its own names it in its parse error.
            Some(error) => error.into(),
            // Of any other parse error nothing is told: it repeats what stands in the field.
            None => ApiError::BadRequest.because(match schema.misfit(&object) {
                Some(misfit) => format!("The request does not fit this endpoint: {misfit}."),
                None => "The request does not fit this endpoint; look at what it takes at /reference.".to_owned(),
            }),
        })
    }
}

/// Levels of nesting in a request. What is stored must be readable again inside an envelope of ours.
const MAX_DEPTH: usize = 32;

/// A request's JSON body; nothing for none.
///
/// # Errors
/// `bad_request` when it is not JSON, or no object.
pub(crate) fn json_object(body: &[u8]) -> Result<Map<String, Value>> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        // Some clients send it where there is nothing to say.
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(ApiError::BadRequest.because("The request body is JSON, but not an object.")),
        Err(error) => Err(ApiError::BadRequest.because(format!("The request body is not JSON: {error}."))),
    }
}

/// A request's form body.
///
/// # Errors
/// `bad_request` when a parameter is there twice (RFC 6749, section 3.2).
pub(crate) fn form(body: &[u8], schema: &InputSchema) -> Result<Map<String, Value>> {
    let mut object = Map::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        put(&mut object, schema, &name, &value)?;
    }
    Ok(object)
}

/// Puts a field of a form among those that were read.
///
/// # Errors
/// `bad_request` when it is there already.
pub(crate) fn put(object: &mut Map<String, Value>, schema: &InputSchema, name: &str, text: &str) -> Result<()> {
    match object.insert(name.to_owned(), schema.coerce(name, text)) {
        None => Ok(()),
        Some(_) => Err(ApiError::BadRequest.because(format!("The parameter {name} is there twice."))),
    }
}

/// The input of an endpoint that takes none.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NoInput {}

/// The input of an endpoint that reads a body of whatever form and looks at none of it.
#[derive(Debug, Default, JsonSchema)]
pub struct Ignored {}

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self {})
    }
}

/// Reads an object field of an input. Serde's structs would take a list as well.
pub fn object<'de, T: DeserializeOwned, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::IGNORED;

    #[test]
    fn what_is_ignored_is_known_by_its_name() {
        assert_eq!(Ignored::schema_name(), IGNORED);
    }
}
