//! The API reference, from the API description.

use crate::error::ApiError;
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
                "description": p["description"],
            })
        })
        .collect();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    for (name, property) in body["properties"].as_object().into_iter().flatten() {
        let required = list(&body["required"]).any(|r| r == name.as_str());
        parameters.push(json!({
            "name": name, "location": "body", "required": required, "type": type_of(property),
            "description": property["description"],
        }));
    }
    let errors: Vec<_> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(status, response)| {
            list(&response["x-error-types"]).map(move |word| json!({ "status": status, "error_type": word }))
        })
        .collect();
    json!({
        "id": operation["operationId"], "method": method, "path": path, "summary": operation["summary"],
        "description": operation["description"], "parameters": parameters, "response": response(operation, openapi),
        "errors": errors,
    })
}

fn response(operation: &Value, openapi: &Value) -> Vec<Value> {
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
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

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What `error_type.html` shows; `None` for a word that is no error type.
pub(super) fn error_type(word: &str, openapi: &Value) -> Option<Value> {
    let error = ApiError::ALL.iter().find(|error| error.error_type() == word)?;
    let mut endpoints = Vec::new();
    for (path, methods) in openapi["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let responses = operation["responses"].as_object().into_iter().flatten();
            let answers = responses.into_iter().any(|(_, r)| list(&r["x-error-types"]).any(|w| w == word));
            if answers && path.starts_with("/v1/") {
                endpoints.push(json!({ "method": method.to_uppercase(), "path": path }));
            }
        }
    }
    Some(json!({
        "error_type": word, "status": error.status().as_u16(), "message": error.message(), "endpoints": endpoints,
    }))
}

/// What `error_types.html` shows.
pub(super) fn error_types() -> Value {
    let mut errors: Vec<_> = ApiError::ALL
        .iter()
        .map(|e| json!({ "error_type": e.error_type(), "status": e.status().as_u16(), "message": e.message() }))
        .collect();
    errors.sort_by_key(|e| e["error_type"].as_str().unwrap_or_default().to_owned());
    errors.dedup_by_key(|e| e["error_type"].clone());
    json!({ "errors": errors })
}
