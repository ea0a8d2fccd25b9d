//! The API description (OpenAPI 3.1), and the list of all doors, from the endpoints themselves.

use crate::described::{SCHEMAS, describe};
use crate::door::{Dialect, Door};
use crate::endpoint::{ANYWHERE, Endpoint, Mode};
use foundation::error::ApiError;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A security scheme of the description: its name, and what OpenAPI says of it.
pub type SecurityScheme = (&'static str, Value);

/// What is answered where a path is no door's, or a method is not: whoever fills in a path may come there.
const OF_PATHS: [ApiError; 2] = [ApiError::RouteNotFound, ApiError::MethodNotAllowed];

/// The description of the JSON API.
pub fn openapi(endpoints: &[Endpoint], schemes: &[SecurityScheme]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into());
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for endpoint in endpoints {
        for door in endpoint.about.doors.iter().filter(|door| is_described(door)) {
            let operation = operation(endpoint, door, &mut schemas);
            if let Some(methods) = paths.entry(door.path).or_insert_with(|| json!({})).as_object_mut() {
                methods.insert(door.method.as_str().to_ascii_lowercase(), operation);
            }
        }
    }
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Error".into(), error_schema());
    definitions.insert("Envelope".into(), envelope_schema());
    drop_unused(&mut definitions, &paths);
    let types = definitions.clone();
    for described in paths.values_mut().chain(definitions.values_mut()) {
        describe(described, &types);
    }
    let schemes: Map<String, Value> =
        schemes.iter().map(|(name, scheme)| ((*name).to_owned(), scheme.clone())).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Guildhall",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "x-error-types": error_types(ANYWHERE.iter().copied().chain(OF_PATHS)),
        "paths": paths,
        "components": { "schemas": definitions, "responses": shared_responses(), "securitySchemes": schemes },
    })
}

/// Every door, whatever its dialect, with what a test has to know of it.
pub fn doors(endpoints: &[Endpoint]) -> Value {
    let mut schemas = SchemaGenerator::default();
    let mut listed = Vec::new();
    for endpoint in endpoints {
        let input = (endpoint.input)(&mut schemas);
        for door in endpoint.about.doors {
            let requires = door.requires.map(|required| [required.resource, required.action]);
            listed.push(json!({
                "operation": endpoint.about.operation,
                "method": door.method.as_str(),
                "path": door.path,
                "dialect": door.dialect.as_str(),
                "myself": door.myself,
                "credential": endpoint.caller,
                "requires": requires,
                "changes": endpoint.about.mode == Mode::Write,
                "takes": door.takes,
                "is_of_own_forms": door.is_of_own_forms(),
                "statuses": [door.status],
                "errors": error_types(endpoint.errors()),
                "declared_errors": error_types(endpoint.about.errors()),
                "said_by_credential": (endpoint.says)(door),
                "input": input,
            }));
        }
    }
    json!({ "doors": listed, "$defs": schemas.take_definitions(true) })
}

fn is_described(door: &Door) -> bool {
    matches!(door.dialect, Dialect::Backend | Dialect::Browser)
}

fn operation(endpoint: &Endpoint, door: &Door, schemas: &mut SchemaGenerator) -> Value {
    let (summary, description) = endpoint.about.doc.split_once("\n\n").unwrap_or((endpoint.about.doc, ""));
    let (parameters, body) = inputs(endpoint, door, schemas);
    let mut operation = json!({
        "operationId": operation_id(endpoint, door),
        "summary": summary.trim_end_matches('.'),
        "description": description,
        "tags": [endpoint.about.subject()],
        "security": security(endpoint, door),
        "parameters": parameters,
        "responses": responses(endpoint, door, schemas),
        "x-error-types": error_types(endpoint.about.errors().chain(endpoint.caller_errors.iter().copied())),
    });
    if let Some(required) = door.requires {
        operation["x-requires"] = json!({ "resource": required.resource, "action": required.action });
    }
    if let Some(body) = body {
        let required = body.get("required").is_some();
        operation["requestBody"] =
            json!({ "content": { "application/json": { "schema": body } }, "required": required });
    }
    operation
}

/// No two are the same: a second door of a dialect, for clients that spell the path in another way, is counted.
fn operation_id(endpoint: &Endpoint, door: &Door) -> String {
    let before = endpoint
        .about
        .doors
        .iter()
        .take_while(|other| (other.method.as_str(), other.path) != (door.method.as_str(), door.path));
    let like_it = before.filter(|other| (other.dialect, other.myself) == (door.dialect, door.myself)).count();
    let number = if like_it == 0 { String::new() } else { format!(".{}", like_it + 1) };
    let suffix = match (door.dialect, door.myself) {
        (_, true) => ".self",
        (Dialect::Browser, false) => ".browser",
        _ => "",
    };
    format!("{}{suffix}{number}", endpoint.about.operation)
}

fn security(endpoint: &Endpoint, door: &Door) -> Value {
    let ways = (endpoint.security)(door.dialect).iter();
    let way = |schemes: &&[&str]| schemes.iter().map(|scheme| ((*scheme).to_owned(), json!([]))).collect::<Map<_, _>>();
    ways.map(|schemes| Value::Object(way(schemes))).collect()
}

/// Path and query parameters, and the schema of the body.
fn inputs(endpoint: &Endpoint, door: &Door, schemas: &mut SchemaGenerator) -> (Vec<Value>, Option<Value>) {
    let schema = (endpoint.input)(schemas);
    let reference = schema.get("$ref").and_then(Value::as_str).map(str::to_owned);
    let name = reference.as_deref().and_then(|r| r.rsplit('/').next());
    let schema = name.and_then(|name| schemas.definitions().get(name)).cloned().unwrap_or_else(|| schema.into());
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required: Vec<_> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let said = (endpoint.says)(door);
    let (mut parameters, mut body, mut body_required) = (Vec::new(), Map::new(), Vec::new());
    for (field, property) in properties {
        let in_path = door.path.contains(&format!("{{{field}}}"));
        let taken = door.takes.is_none_or(|takes| takes.contains(&field.as_str()));
        if !in_path && (said.contains(&field.as_str()) || !taken) {
            continue;
        }
        if in_path || !door.method.has_body() {
            let mut parameter = json!({
                "name": field,
                "in": if in_path { "path" } else { "query" },
                "required": in_path || required.contains(&json!(field)),
                "schema": without_null(property.clone()),
            });
            if let Some(description) = property.get("description") {
                parameter["description"] = description.clone();
            }
            parameters.push(parameter);
        } else {
            if required.contains(&json!(field)) {
                body_required.push(json!(field));
            }
            body.insert(field, property);
        }
    }
    for unused in door.takes.unwrap_or_default().iter().filter(|_| door.method.has_body()) {
        let in_path = door.path.contains(&format!("{{{unused}}}"));
        let property = match in_path {
            true => json!({ "type": "string", "description": "What the path says." }),
            false => json!({ "description": "Of the protocol; nothing is done with it." }),
        };
        body.entry(*unused).or_insert(property);
    }
    let body = (!body.is_empty()).then(|| {
        let mut body = json!({ "type": ["object", "null"], "properties": body });
        if !body_required.is_empty() {
            body["type"] = "object".into();
            body["required"] = body_required.into();
        }
        if door.takes.is_some() {
            body["additionalProperties"] = false.into();
        }
        body
    });
    (parameters, body)
}

/// A schema of what is written in a path or a query, where nothing is `null`.
fn without_null(mut schema: Value) -> Value {
    let is_null = |schema: &Value| *schema == json!("null") || *schema == json!({ "type": "null" });
    for keyword in ["type", "anyOf", "enum"] {
        let Some(several) = schema.get_mut(keyword).and_then(Value::as_array_mut) else { continue };
        several.retain(|one| !is_null(one) && !one.is_null());
        match (keyword, several.as_slice()) {
            ("type", [only]) => schema[keyword] = only.clone(),
            ("anyOf", [Value::Object(only)]) => {
                let only = only.clone();
                if let Some(schema) = schema.as_object_mut() {
                    schema.remove(keyword);
                    schema.extend(only);
                }
            }
            _ => {}
        }
    }
    schema
}

fn responses(endpoint: &Endpoint, door: &Door, schemas: &mut SchemaGenerator) -> Value {
    let output = (endpoint.output)(schemas);
    let success = json!({ "allOf": [{ "$ref": "#/components/schemas/Envelope" }, output] });
    let schema = match door.dialect {
        Dialect::Browser => {
            let data = json!({ "description": "What the operation answers.", "allOf": success["allOf"] });
            json!({ "type": "object", "properties": { "data": data }, "required": ["data"] })
        }
        _ => success,
    };
    let mut responses = Map::new();
    let content = json!({ "application/json": { "schema": schema } });
    responses.insert(door.status.to_string(), json!({ "description": "OK", "content": content }));
    for status in error_types(endpoint.errors().chain(OF_PATHS)).into_keys() {
        let reference = format!("#/components/responses/{status}");
        responses.insert(status, json!({ "$ref": reference }));
    }
    responses.into()
}

/// One response for each status of an error, for all operations.
fn shared_responses() -> Map<String, Value> {
    let by_status: BTreeMap<_, _> =
        ApiError::ALL.iter().map(|error| (error.status().as_u16(), error.status())).collect();
    let response = |(code, status): (u16, axum::http::StatusCode)| {
        let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        let description = status.canonical_reason().unwrap_or("Error");
        (code.to_string(), json!({ "description": description, "content": content }))
    };
    by_status.into_iter().map(response).collect()
}

/// The error types, by status.
fn error_types(errors: impl Iterator<Item = ApiError>) -> BTreeMap<String, Vec<&'static str>> {
    let mut types = BTreeMap::<String, Vec<&'static str>>::new();
    for error in errors {
        let of_status = types.entry(error.status().as_str().to_owned()).or_default();
        if !of_status.contains(&error.error_type()) {
            of_status.push(error.error_type());
        }
    }
    types
}

/// What the id of a request is.
const REQUEST_ID: &str = "What this request is called in the server's log. Tell it when you report a problem.";

fn envelope_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status_code": { "type": "integer", "description": "The HTTP status." },
            "request_id": { "type": "string", "description": REQUEST_ID },
        },
        "required": ["status_code", "request_id"],
    })
}

fn error_schema() -> Value {
    let mut types: Vec<_> = ApiError::ALL.iter().map(|error| error.error_type()).collect();
    types.sort_unstable();
    types.dedup();
    json!({
        "type": "object",
        "properties": {
            "status_code": { "type": "integer", "description": "The HTTP status." },
            "request_id": { "type": "string", "description": REQUEST_ID },
            "error_type": { "type": "string", "description": "What was wrong, for programs; it does not change.", "enum": types },
            "error_message": { "type": "string", "description": "What was wrong and what to do, for people; it may be reworded." },
            "error_url": { "type": "string", "format": "uri", "description": "The page about the `error_type`." },
        },
        "required": ["status_code", "request_id", "error_type", "error_message", "error_url"],
    })
}

/// The inputs were taken apart into parameters and bodies; their own schemas are not needed any more.
fn drop_unused(definitions: &mut Map<String, Value>, paths: &Map<String, Value>) {
    let mut used = BTreeSet::from(["Error".to_owned()]);
    let mut unread: Vec<&Value> = paths.values().chain(definitions.get("Error")).collect();
    while let Some(value) = unread.pop() {
        match value {
            Value::Array(values) => unread.extend(values),
            Value::Object(fields) => unread.extend(fields.values()),
            Value::String(text) => {
                if let Some(name) = text.strip_prefix(SCHEMAS)
                    && used.insert(name.to_owned())
                {
                    unread.extend(definitions.get(name));
                }
            }
            _ => {}
        }
    }
    definitions.retain(|name, _| used.contains(name));
}
