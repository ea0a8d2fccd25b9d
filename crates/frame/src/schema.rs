//! The fields of an endpoint's input, from its JSON schema.

use crate::misfit::misfit;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The schema of an input that nobody looks at.
pub(crate) const IGNORED: &str = "Ignored";

/// Below it a number of 64 bits has every integer (IEEE 754).
const EXACT: f64 = (1_u64 << 53) as f64;

/// The top-level fields of an input and their JSON types.
pub(crate) struct InputSchema {
    fields: HashMap<String, Vec<String>>,
    is_ignored: bool,
    /// All of it, for what does not fit.
    whole: LazyLock<Value>,
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
        let whole: fn() -> Value = || SchemaGenerator::default().into_root_schema_for::<I>().to_value();
        Self { fields, is_ignored: I::schema_name() == IGNORED, whole: LazyLock::new(whole) }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Whether nobody looks at the body.
    pub(crate) fn is_ignored(&self) -> bool {
        self.is_ignored
    }

    /// What of an input has not the type that is wanted, in words.
    pub(crate) fn misfit(&self, input: &Value) -> Option<String> {
        misfit(&self.whole, input)
    }

    fn wants(&self, name: &str, wanted: &str) -> bool {
        self.fields.get(name).is_some_and(|types| types.iter().any(|t| t == wanted))
    }

    /// `60.0` is an integer, in JSON Schema and for some clients.
    pub(crate) fn make_whole(&self, name: &str, value: &mut Value) {
        let whole = value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0 && number.abs() < EXACT);
        if let Some(number) = whole.filter(|_| self.wants(name, "integer")) {
            *value = (number as i64).into();
        }
    }

    /// A query parameter is text; an endpoint that wants a number or a boolean gets one where the text is one.
    pub(crate) fn coerce(&self, name: &str, text: &str) -> Value {
        let wanted = |t: &str| self.wants(name, t);
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of use")]
    struct Input {
        minutes: Option<i64>,
        claims: Option<Value>,
    }

    #[test]
    fn whole_numbers_are_integers_where_one_is_wanted() {
        let schema = InputSchema::of::<Input>();
        let cases = [
            ("minutes", json!(60.0), json!(60)),
            ("minutes", json!(-0.0), json!(0)),
            ("minutes", json!(60.5), json!(60.5)),
            ("minutes", json!(1e300), json!(1e300)),
            ("minutes", json!("60.0"), json!("60.0")),
            ("claims", json!(60.0), json!(60.0)),
        ];
        for (name, given, expected) in cases {
            let mut value = given.clone();
            schema.make_whole(name, &mut value);
            assert_eq!(value, expected, "{name}: {given}");
        }
    }
}
