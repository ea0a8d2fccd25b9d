//! The fields of an endpoint's input, from its JSON schema.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;
use std::collections::HashMap;

/// The schema of an input that nobody looks at.
pub(crate) const IGNORED: &str = "Ignored";

/// The top-level fields of an input and their JSON types.
pub(crate) struct InputSchema {
    fields: HashMap<String, Vec<String>>,
    is_ignored: bool,
}

impl InputSchema {
    pub(crate) fn of<I: JsonSchema>() -> Self {
        let schema = SchemaGenerator::default().into_root_schema_for::<I>();
        let properties = schema.get("properties").and_then(Value::as_object);
        let types = |property: &Value| match property.get("type") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(several)) => several.iter().filter_map(|t| t.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let fields = properties.into_iter().flatten().map(|(name, property)| (name.clone(), types(property))).collect();
        Self { fields, is_ignored: I::schema_name() == IGNORED }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Whether nobody looks at the body.
    pub(crate) fn is_ignored(&self) -> bool {
        self.is_ignored
    }

    /// A query parameter is text; an endpoint that wants a number or a boolean gets one where the text is one.
    pub(crate) fn coerce(&self, name: &str, text: &str) -> Value {
        let wanted = |t: &str| self.fields.get(name).is_some_and(|types| types.iter().any(|x| x == t));
        if wanted("integer")
            && let Ok(number) = text.parse::<i64>()
        {
            return number.into();
        }
        match text {
            "true" | "True" if wanted("boolean") => true.into(),
            "false" | "False" if wanted("boolean") => false.into(),
            _ => text.into(),
        }
    }
}
