//! The words of the API description: what a field does not say of itself, its type says.

use serde_json::{Map, Value};

/// Where schemas of the description are.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// Gives each property below, and each parameter, the words of its type where it has none of its own.
pub(crate) fn describe(value: &mut Value, definitions: &Map<String, Value>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| describe(value, definitions)),
        Value::Object(fields) => {
            if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
                for property in properties.values_mut().filter_map(Value::as_object_mut) {
                    adopt(property, definitions);
                }
            }
            if let Some(schema) = fields.get("schema").filter(|_| fields.contains_key("in")) {
                let words = words_of(schema, definitions);
                if let Some(words) = words.filter(|_| !fields.contains_key("description")) {
                    fields.insert("description".into(), words);
                }
            }
            fields.values_mut().for_each(|value| describe(value, definitions));
        }
        _ => {}
    }
}

fn adopt(property: &mut Map<String, Value>, definitions: &Map<String, Value>) {
    if !property.contains_key("description")
        && let Some(words) = words_of(&Value::Object(property.clone()), definitions)
    {
        property.insert("description".into(), words);
    }
}

/// What a schema says of itself, or the type that it stands for.
fn words_of(schema: &Value, definitions: &Map<String, Value>) -> Option<Value> {
    let own = schema.get("description");
    let ways = schema.get("anyOf").and_then(Value::as_array);
    let named = schema.get("$ref").or_else(|| ways.into_iter().flatten().find_map(|way| way.get("$ref")));
    let name = named.and_then(Value::as_str).and_then(|reference| reference.strip_prefix(SCHEMAS));
    own.or_else(|| definitions.get(name?)?.get("description")).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_without_words_has_those_of_its_type() {
        let definitions = json!({ "Id": { "type": "string", "description": "The id." }, "Mute": { "type": "string" } });
        let reference = |name: &str| json!({ "$ref": format!("{SCHEMAS}{name}") });
        let mut value = json!({ "properties": {
            "id": reference("Id"),
            "perhaps": { "anyOf": [reference("Id"), { "type": "null" }] },
            "own": { "$ref": format!("{SCHEMAS}Id"), "description": "Mine." },
            "mute": reference("Mute"),
        }});
        describe(&mut value, definitions.as_object().unwrap());
        let words = |name: &str| value["properties"][name]["description"].as_str();
        assert_eq!(words("id"), Some("The id."));
        assert_eq!(words("perhaps"), Some("The id."));
        assert_eq!(words("own"), Some("Mine."));
        assert_eq!(words("mute"), None);
    }
}
