//! The API reference, from the API description.

use serde_json::{Value, json};

/// What `reference.html` shows.
pub(super) fn reference(openapi: &Value) -> Value {
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    let paths = openapi["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let name = operation["tags"][0].as_str().unwrap_or_default().replace('_', " ");
            let shown = show(path, method, operation, openapi);
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, operations)) => operations.push(shown),
                None => groups.push((name, vec![shown])),
            }
        }
    }
    let groups: Vec<_> =
        groups.into_iter().map(|(name, operations)| json!({ "name": name, "operations": operations })).collect();
    json!({ "groups": groups, "version": openapi["info"]["version"] })
}

fn show(path: &str, method: &str, operation: &Value, openapi: &Value) -> Value {
    let mut parameters: Vec<_> = list(&operation["parameters"])
        .map(|p| {
            json!({
                "name": p["name"], "location": p["in"], "required": p["required"], "type": type_of(&p["schema"]),
                "description": p["description"], "bounds": bounds(&p["schema"]),
            })
        })
        .collect();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    for (name, property) in body["properties"].as_object().into_iter().flatten() {
        let required = list(&body["required"]).any(|r| r == name.as_str());
        parameters.push(json!({
            "name": name, "location": "body", "required": required, "type": type_of(property),
            "description": property["description"], "bounds": bounds(property),
        }));
    }
    let errors: Vec<_> =
        error_types(operation).map(|(status, word)| json!({ "status": status, "error_type": word })).collect();
    json!({
        "id": operation["operationId"], "method": method, "path": path, "summary": operation["summary"],
        "description": operation["description"], "parameters": parameters, "response": response(operation, openapi),
        "errors": errors, "from": from(operation),
    })
}

/// From where an operation is asked for that has the same summary as a backend's.
fn from(operation: &Value) -> &'static str {
    match operation["operationId"].as_str().and_then(|id| id.rsplit('.').next()) {
        Some("browser") => "from a browser",
        Some("self") => "from a browser, on oneself",
        _ => "",
    }
}

/// The types of errors that an operation can be answered with, and their statuses.
fn error_types(operation: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let by_status = operation["x-error-types"].as_object().into_iter().flatten();
    by_status.flat_map(|(status, words)| list(words).map(move |word| (status.as_str(), word)))
}

/// Whether an operation can be answered with this error type.
pub(super) fn is_answered_with(operation: &Value, error_type: &str) -> bool {
    error_types(operation).any(|(_, word)| word == error_type)
}

fn response(operation: &Value, openapi: &Value) -> Vec<Value> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let success = responses.into_iter().find(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
    let Some(success) = success else { return Vec::new() };
    let schema = &success["content"]["application/json"]["schema"];
    let schema = schema.get("properties").map_or(schema, |properties| &properties["data"]);
    let output = &schema["allOf"][1];
    let name = output["$ref"].as_str().and_then(|r| r.rsplit('/').next());
    let output = name.map_or(output, |name| &openapi["components"]["schemas"][name]);
    let properties = output["properties"].as_object().into_iter().flatten();
    properties.map(|(name, p)| json!({ "name": name, "type": type_of(p), "description": p["description"] })).collect()
}

fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => format!("list of {}", type_of(&schema["items"])),
        Value::String(one) => one.clone(),
        Value::Array(several) => {
            let words = several.iter().filter_map(Value::as_str).filter(|word| *word != "null");
            words.collect::<Vec<_>>().join(" or ")
        }
        _ => list(&schema["anyOf"]).map(type_of).find(|t| t != "null" && !t.is_empty()).unwrap_or_default(),
    }
}

/// What a field may be, besides its type.
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
    let words: Vec<_> = list(&schema["enum"]).filter_map(Value::as_str).filter(|word| !word.is_empty()).collect();
    let said = [
        (!words.is_empty()).then(|| words.join(" or ")),
        between("minimum", "maximum", ""),
        between("minLength", "maxLength", " characters"),
        between("minItems", "maxItems", " of them"),
        schema["default"].as_i64().map(|usual| format!("{usual} when absent")),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
