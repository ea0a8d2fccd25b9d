//! What of an input has not the type that its schema asks for. Told are its place and what belongs there, never the value: it may
//! be a secret that stands in the wrong field.

use serde_json::{Map, Value};

/// The first misfit, as the end of a sentence.
pub(crate) fn misfit(schema: &Value, input: &Value) -> Option<String> {
    // A schema may list words that are checked later, by an error type of their own: only where nothing else is to blame is a word.
    let search = |words| Search { definitions: &schema["$defs"], words }.find(schema, input);
    let Misfit { place, fault } = search(false).or_else(|| search(true))?;
    Some(format!("{} {fault}", place.strip_prefix('.').unwrap_or(&place)))
}

struct Misfit {
    place: String,
    fault: String,
}

impl Misfit {
    fn here(fault: impl Into<String>) -> Self {
        Self { place: String::new(), fault: fault.into() }
    }

    fn inside(self, step: &str) -> Self {
        Self { place: format!("{step}{}", self.place), ..self }
    }
}

struct Search<'a> {
    definitions: &'a Value,
    words: bool,
}

impl<'a> Search<'a> {
    fn find(&self, schema: &'a Value, value: &Value) -> Option<Misfit> {
        let schema = self.resolved(schema);
        let types = self.types(schema);
        if !types.is_empty() && !types.iter().any(|wanted| is_of(value, wanted)) {
            return Some(Misfit::here(format!("has to be {}, not {}", in_words(&types), kind(value))));
        }
        if let Some(ways) = ways(schema) {
            return self.find_in_each(ways, value);
        }
        match value {
            Value::Array(items) => {
                let wanted = schema.get("items")?;
                let found = |(n, item)| self.find(wanted, item).map(|misfit| misfit.inside(&format!("[{n}]")));
                items.iter().enumerate().find_map(found)
            }
            Value::Object(fields) => self.find_in_fields(schema, fields),
            _ if self.words => other_word(&self.words(schema), value),
            _ => None,
        }
    }

    /// One way has to fit. What is wrong is told of the last one that has the type: of an object or a list there is only one.
    fn find_in_each(&self, ways: &'a [Value], value: &Value) -> Option<Misfit> {
        let mut nearest = None;
        for way in ways {
            let misfit = self.find(way, value)?;
            if self.types(way).iter().any(|wanted| is_of(value, wanted)) {
                nearest = Some(misfit);
            }
        }
        let words: Vec<_> = ways.iter().flat_map(|way| self.words(way)).collect();
        other_word(&words, value).or(nearest)
    }

    fn find_in_fields(&self, schema: &'a Value, fields: &Map<String, Value>) -> Option<Misfit> {
        let mut required = list(schema, "required").into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = required.find(|name| !fields.contains_key(*name)) {
            return Some(Misfit::here("is missing").inside(&step(name)));
        }
        fields.iter().find_map(|(name, value)| {
            let known = schema.get("properties").and_then(|properties| properties.get(name));
            let wanted = known.or_else(|| schema.get("additionalProperties"))?;
            self.find(wanted, value).map(|misfit| misfit.inside(&step(name)))
        })
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/$defs/"));
        name.and_then(|name| self.definitions.get(name)).unwrap_or(schema)
    }

    /// The types that a schema names; none where it takes all.
    fn types(&self, schema: &'a Value) -> Vec<&'a str> {
        let schema = self.resolved(schema);
        match (ways(schema), schema.get("type")) {
            (Some(ways), _) => {
                let each: Vec<_> = ways.iter().map(|way| self.types(way)).collect();
                if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() }
            }
            (None, Some(Value::String(one))) => vec![one],
            (None, Some(Value::Array(several))) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The words that a schema names.
    fn words(&self, schema: &'a Value) -> Vec<&'a str> {
        let schema = self.resolved(schema);
        list(schema, "enum").into_iter().flatten().chain(schema.get("const")).filter_map(Value::as_str).collect()
    }
}

fn ways(schema: &Value) -> Option<&[Value]> {
    list(schema, "anyOf").or_else(|| list(schema, "oneOf"))
}

fn list<'a>(schema: &'a Value, keyword: &str) -> Option<&'a [Value]> {
    schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice)
}

fn other_word(words: &[&str], value: &Value) -> Option<Misfit> {
    let is_other = !words.is_empty() && !words.contains(&value.as_str()?);
    is_other.then(|| Misfit::here(format!("has to be one of {}", words.join(", "))))
}

fn is_of(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Null => wanted == "null",
        Value::Bool(_) => wanted == "boolean",
        Value::Number(number) => wanted == "number" || wanted == "integer" && number.is_i64(),
        Value::String(_) => wanted == "string",
        Value::Array(_) => wanted == "array",
        Value::Object(_) => wanted == "object",
    }
}

/// With the words of JSON (RFC 8259, section 3), and JSON Schema's for whole numbers.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_i64() => "an integer",
        Value::Number(number) if number.is_u64() => "one of more than 63 bits",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn in_words(types: &[&str]) -> String {
    let mut named: Vec<String> = Vec::new();
    for wanted in types.iter().filter(|wanted| **wanted != "null") {
        let article = if matches!(*wanted, "integer" | "array" | "object") { "an" } else { "a" };
        let words = format!("{article} {wanted}");
        if !named.contains(&words) {
            named.push(words);
        }
    }
    if named.is_empty() { "null".to_owned() } else { named.join(" or ") }
}

/// Characters that are shown of a name that nobody knows.
const SHOWN: usize = 64;

/// What is shown of a name that a request has made up.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(SHOWN).collect()
}

fn step(name: &str) -> String {
    let shown = shown(name);
    match shown.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) && shown == name {
        true => format!(".{shown}"),
        false => format!("[{shown:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::{JsonSchema, SchemaGenerator};
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of use")]
    struct Input {
        id: String,
        minutes: Option<i64>,
        anything: Option<Value>,
        roles: Option<Vec<Role>>,
        names: Option<BTreeMap<String, String>>,
        either: Option<Either>,
        operator: Option<Operator>,
        #[serde(flatten)]
        settings: Settings,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of use")]
    struct Role {
        domain: String,
        more: Option<Box<Role>>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of use")]
    struct Settings {
        is_on: Option<bool>,
    }

    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only its schema is of use")]
    enum Either {
        Word(String),
        List(Vec<i64>),
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of use")]
    enum Operator {
        /// Both.
        #[serde(rename = "AND")]
        And,
        /// One of them.
        #[serde(rename = "OR")]
        Or,
    }

    fn told(input: &Value) -> Option<String> {
        misfit(&SchemaGenerator::default().into_root_schema_for::<Input>().to_value(), input)
    }

    #[test]
    fn the_place_is_told_and_what_belongs_there_but_not_the_value() {
        let long = "x".repeat(100);
        for (field, value, expected) in [
            ("id", json!(5), "id has to be a string, not an integer"),
            ("id", json!(null), "id has to be a string, not null"),
            ("minutes", json!("hush"), "minutes has to be an integer, not a string"),
            ("minutes", json!(1.5), "minutes has to be an integer, not a number"),
            ("minutes", json!(u64::MAX), "minutes has to be an integer, not one of more than 63 bits"),
            ("is_on", json!("hush"), "is_on has to be a boolean, not a string"),
            ("roles", json!({ "hush": 1 }), "roles has to be an array, not an object"),
            ("roles", json!([{ "domain": "a" }, "hush"]), "roles[1] has to be an object, not a string"),
            ("roles", json!([{ "domain": 5 }]), "roles[0].domain has to be a string, not an integer"),
            ("roles", json!([{}]), "roles[0].domain is missing"),
            (
                "roles",
                json!([{ "domain": "a", "more": { "domain": true } }]),
                "roles[0].more.domain has to be a string, not a boolean",
            ),
            ("names", json!({ "a b": [] }), "names[\"a b\"] has to be a string, not an array"),
            ("either", json!(true), "either has to be a string or an array, not a boolean"),
            ("either", json!([1, "hush"]), "either[1] has to be an integer, not a string"),
            ("operator", json!("hush"), "operator has to be one of AND, OR"),
            ("operator", json!(1), "operator has to be a string, not an integer"),
        ] {
            let input = json!({ "id": "a", field: value });
            assert_eq!(told(&input).as_deref(), Some(expected), "{input}");
        }
        assert!(told(&json!({ "id": "a", "names": { long: 1 } })).is_some_and(|told| told.len() < 120));
        assert_eq!(told(&json!({})).as_deref(), Some("id is missing"));
    }

    #[test]
    fn what_fits_is_not_blamed() {
        let input = json!({
            "id": "a", "minutes": null, "anything": [{ "a": 1 }], "roles": [], "names": { "a": "b" }, "either": [1],
            "operator": "OR", "is_on": true, "unknown": { "b": [1.5] },
        });
        assert_eq!(told(&input), None);
    }
}
