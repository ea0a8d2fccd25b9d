//! Which fields an event changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// `{field: {before, after}}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Change(Map<String, Value>);

impl Change {
    /// Nothing to tell about fields.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether no field differs.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// One field.
    pub fn of(field: &str, before: &impl Serialize, after: &impl Serialize) -> Self {
        let mut change = Map::new();
        change.insert(field.to_owned(), json!({ "before": before, "after": after }));
        Self(change)
    }

    /// The top-level fields in which two states of an object differ, its time of change aside.
    pub fn between<T: Serialize>(before: &T, after: &T) -> Self {
        let fields = |value: &T| match serde_json::to_value(value) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let (mut before, after) = (fields(before), fields(after));
        let mut change = Map::new();
        for (field, after) in after {
            let before = before.remove(&field).unwrap_or(Value::Null);
            if before != after && field != "updated_at" {
                change.insert(field, json!({ "before": before, "after": after }));
            }
        }
        for (field, before) in before {
            change.insert(field, json!({ "before": before, "after": null }));
        }
        Self(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_fields_that_differ() {
        let (before, after) = (json!({ "a": 1, "b": 2, "updated_at": 1 }), json!({ "a": 1, "b": 3, "updated_at": 2 }));
        assert_eq!(Change::between(&before, &after), Change::of("b", &2, &3));
        assert_eq!(Change::between(&before, &before), Change::none());
        assert_eq!(Change::between(&json!({ "a": 1 }), &json!({})), Change::of("a", &1, &Value::Null));
    }
}
