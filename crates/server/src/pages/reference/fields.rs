//! The fields of requests and answers, as tables have them.

use serde_json::{Value, json};

/// An object with more fields than these stands on the page once, and not in each table that names it.
const FOLDED: usize = 8;
/// How deep tables are folded into each other.
const DEPTH: usize = 3;

/// What tables of a page are made from, and the objects that they leave to be shown once.
pub(super) struct Tables<'a> {
    schemas: &'a Value,
    objects: Vec<&'a str>,
}

impl<'a> Tables<'a> {
    pub(super) fn of(openapi: &'a Value) -> Self {
        Self { schemas: &openapi["components"]["schemas"], objects: Vec::new() }
    }

    /// The rows of an object. Only of answers it is said that a value may be `null`: in a request that is as good as nothing.
    pub(super) fn rows(&mut self, schema: &'a Value, is_answer: bool) -> Vec<Value> {
        self.rows_at(schema, is_answer, 0)
    }

    fn rows_at(&mut self, schema: &'a Value, is_answer: bool, depth: usize) -> Vec<Value> {
        let properties = properties(self.schemas, schema);
        let row = |(name, property, required)| {
            let mut row = self.row(property, is_answer, depth);
            row["name"] = Value::from(name);
            row["required"] = (required && !is_answer).into();
            row
        };
        properties.into_iter().map(row).collect()
    }

    /// A value: all but its name.
    pub(super) fn row(&mut self, schema: &'a Value, is_answer: bool, depth: usize) -> Value {
        let mut row = json!({
            "type": type_of(self.schemas, schema), "nullable": is_answer && may_be_null(schema), "bounds": bounds(schema),
            "description": schema["description"], "words": words(self.schemas, schema),
        });
        if let Some((name, object)) = object_in(self.schemas, schema) {
            let is_large = properties(self.schemas, object).len() > FOLDED || depth >= DEPTH;
            match name.filter(|_| is_large) {
                Some(name) => {
                    if !self.objects.contains(&name) {
                        self.objects.push(name);
                    }
                    row["object"] = name.into();
                }
                None if depth < DEPTH => row["inside"] = self.rows_at(object, is_answer, depth + 1).into(),
                None => {}
            }
        }
        row
    }

    /// The objects that are shown once, each with its rows; those that they name in turn, too.
    pub(super) fn objects(mut self) -> Vec<Value> {
        let (mut shown, mut next) = (Vec::new(), 0);
        while let Some(name) = self.objects.get(next).copied() {
            let schema = &self.schemas[name];
            let rows = self.rows_at(schema, true, 0);
            shown.push(json!({ "name": name, "description": schema["description"], "rows": rows }));
            next += 1;
        }
        shown.sort_by_key(|object| object["name"].as_str().unwrap_or_default().to_owned());
        shown
    }
}

/// What a schema stands for.
fn resolved<'a>(schemas: &'a Value, schema: &'a Value) -> &'a Value {
    match name_of(schema) {
        Some(name) => &schemas[name],
        None => schema,
    }
}

fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next())
}

/// The ways that a value may be, but `null`.
fn ways(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .flat_map(|keyword| list(&schema[keyword]))
        .filter(|way| way["type"] != "null")
}

/// The fields of an object, whichever way it is one, and whether they have to be there.
fn properties<'a>(schemas: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value, bool)> {
    let schema = resolved(schemas, schema);
    let required = |name: &str| list(&schema["required"]).any(|required| required == name);
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut found: Vec<_> = own.map(|(name, property)| (name.as_str(), property, required(name))).collect();
    for field in ways(schema).flat_map(|way| properties(schemas, way)) {
        if !found.iter().any(|(known, ..)| *known == field.0) {
            found.push(field);
        }
    }
    found
}

/// The object that a value is, or a list of, or a map to, and what the description calls it.
fn object_in<'a>(schemas: &'a Value, schema: &'a Value) -> Option<(Option<&'a str>, &'a Value)> {
    let (name, inner) = (name_of(schema), resolved(schemas, schema));
    if !properties(schemas, inner).is_empty() && inner["anyOf"][1]["type"] != "null" {
        return Some((name, inner));
    }
    let inside = [&inner["items"], &inner["additionalProperties"]].into_iter().filter(|inside| inside.is_object());
    inside.chain(ways(inner)).find_map(|inside| object_in(schemas, inside))
}

fn may_be_null(schema: &Value) -> bool {
    let is_null = |way: &Value| way["type"] == "null";
    list(&schema["type"]).any(|kind| kind == "null") || list(&schema["anyOf"]).any(is_null)
}

fn type_of(schemas: &Value, schema: &Value) -> String {
    let inner = resolved(schemas, schema);
    if let Some(name) = name_of(schema)
        && !properties(schemas, inner).is_empty()
    {
        return name.to_owned();
    }
    match &inner["type"] {
        Value::String(one) if one == "array" => list_of(schemas, inner),
        Value::String(one) => one.clone(),
        Value::Array(several) if several.iter().any(|kind| kind == "array") => list_of(schemas, inner),
        Value::Array(several) => {
            let words = several.iter().filter_map(Value::as_str).filter(|word| *word != "null");
            words.collect::<Vec<_>>().join(" or ")
        }
        _ => {
            let mut kinds: Vec<String> = Vec::new();
            for kind in ways(inner).map(|way| type_of(schemas, way)).filter(|kind| !kind.is_empty()) {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            kinds.join(" or ")
        }
    }
}

fn list_of(schemas: &Value, schema: &Value) -> String {
    match type_of(schemas, &schema["items"]) {
        of if of.is_empty() => "list".to_owned(),
        of => format!("list of {of}"),
    }
}

/// The words that a value, or each in a list, may be, and what they mean where they do not say it themselves.
fn words(schemas: &Value, schema: &Value) -> Vec<Value> {
    let inner = resolved(schemas, schema);
    let plain = list(&inner["enum"]).filter(|word| !word.is_null() && *word != "").map(|word| json!({ "word": word }));
    let told = list(&inner["oneOf"]).filter(|way| way["const"].is_string());
    let told = told.map(|way| json!({ "word": way["const"], "about": way["description"] }));
    let own: Vec<_> = plain.chain(told).collect();
    if !own.is_empty() {
        return own;
    }
    let inside = Some(&inner["items"]).filter(|items| items.is_object()).into_iter().chain(ways(inner));
    inside.flat_map(|inside| words(schemas, inside)).collect()
}

/// What a value may be, besides its type.
fn bounds(schema: &Value) -> String {
    let between = |least: &str, most: &str, what: &str| {
        let least = schema[least].as_i64().filter(|least| *least > 0);
        let said = match (least, schema[most].as_i64()) {
            (Some(least), Some(most)) if least == most => format!("{most}"),
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => return None,
        };
        Some(format!("{said}{what}"))
    };
    let usual = match &schema["default"] {
        Value::String(word) if !word.is_empty() => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let said = [
        between("minimum", "maximum", ""),
        between("minLength", "maxLength", " characters"),
        between("minItems", "maxItems", " of them"),
        usual.map(|usual| format!("usually {usual}")),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_what_a_value_may_be() {
        let many: serde_json::Map<_, _> =
            (0..=FOLDED).map(|n| (format!("f{n}"), json!({ "type": "string" }))).collect();
        let openapi = json!({ "components": { "schemas": {
            "Large": { "type": "object", "description": "Much.", "properties": many },
            "Small": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
            "Word": { "oneOf": [{ "const": "A", "type": "string", "description": "First." }] },
        }}});
        let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let schema = json!({ "properties": {
            "large": to("Large"), "small": { "anyOf": [to("Small"), { "type": "null" }] },
            "words": { "type": "array", "items": to("Word"), "maxItems": 3 },
            "limit": { "type": ["integer", "null"], "minimum": 1, "maximum": 9, "default": 5 },
        }, "required": ["limit"] });
        let mut tables = Tables::of(&openapi);
        let rows = tables.rows(&schema, false);
        assert_eq!((&rows[0]["object"], &rows[0]["type"]), (&json!("Large"), &json!("Large")));
        assert_eq!((&rows[1]["inside"][0]["name"], &rows[1]["type"]), (&json!("id"), &json!("Small")));
        assert_eq!(rows[1]["inside"][0]["required"], true);
        assert_eq!(rows[2]["words"], json!([{ "word": "A", "about": "First." }]));
        assert_eq!((&rows[2]["type"], &rows[2]["bounds"]), (&json!("list of string"), &json!("at most 3 of them")));
        assert_eq!((&rows[3]["type"], &rows[3]["bounds"]), (&json!("integer"), &json!("1 to 9; usually 5")));
        assert_eq!((&rows[3]["required"], &rows[3]["nullable"]), (&json!(true), &json!(false)));
        let objects = tables.objects();
        assert_eq!(
            (objects.len(), &objects[0]["name"], objects[0]["rows"].as_array().map(Vec::len)),
            (1, &json!("Large"), Some(FOLDED + 1))
        );
        assert_eq!(Tables::of(&openapi).rows(&schema, true)[3]["nullable"], true);
    }
}
