//! Metadata: JSON objects that the app keeps with organizations and members.

use crate::error::{ApiError, Result};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

/// A metadata object.
pub type Metadata = Map<String, Value>;

const MAX_KEYS: usize = 20;
const MAX_BYTES: usize = 4096;

/// Merges an update at the top level: `null` removes a key, anything else replaces it whole.
///
/// # Errors
/// When the result has more than 20 keys or takes more than 4 KB.
pub fn merge(current: &Metadata, update: Option<Metadata>) -> Result<Metadata> {
    let mut merged = current.clone();
    for (key, value) in update.unwrap_or_default() {
        if value.is_null() {
            merged.remove(&key);
        } else {
            merged.insert(key, value);
        }
    }
    if merged.len() > MAX_KEYS {
        return Err(ApiError::MetadataTooManyKeys.into());
    }
    let bytes = serde_json::to_vec(&merged).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_BYTES { Err(ApiError::MetadataTooLarge.into()) } else { Ok(merged) }
}

/// What the API description says of a metadata field of an input.
pub fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["object", "null"],
        "additionalProperties": true,
        "description": format!(
            "What the app keeps here: an object. It is merged at the top level; `null` removes a key. At most {MAX_KEYS} keys and {MAX_BYTES} bytes of JSON may remain."
        ),
    })
}

/// Reads a metadata field of an input: an object, or nothing.
pub fn field<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Metadata>, D::Error> {
    match <Option<Value> as serde::Deserialize>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(serde::de::Error::custom(crate::error::typed(ApiError::MetadataInvalidFormat))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Metadata {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn merges_at_the_top_level_only() {
        let current = object(json!({ "a": 1, "b": { "x": 1, "y": 2 }, "c": 3 }));
        let merged = merge(&current, Some(object(json!({ "a": null, "b": { "x": 5 }, "d": [1] })))).unwrap();
        assert_eq!(Value::Object(merged), json!({ "b": { "x": 5 }, "c": 3, "d": [1] }));
    }

    #[test]
    fn holds_twenty_keys_and_four_kilobytes() {
        let keys = |n: usize| object(json!((0..n).map(|i| (i.to_string(), json!(i))).collect::<Map<_, _>>()));
        assert!(merge(&Map::new(), Some(keys(20))).is_ok());
        assert!(merge(&Map::new(), Some(keys(21))).is_err());
        let text = |n: usize| object(json!({ "k": "x".repeat(n) }));
        assert!(merge(&Map::new(), Some(text(4000))).is_ok());
        assert!(merge(&Map::new(), Some(text(4096))).is_err());
    }
}
