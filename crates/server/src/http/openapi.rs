//! The API description (OpenAPI 3.1), from the endpoints themselves.

use super::endpoint::ANYWHERE;
use super::{Door, DoorKind, Endpoint, Method};
use crate::error::ApiError;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The description of all endpoints.
pub fn openapi(endpoints: &[Endpoint]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into());
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for endpoint in endpoints {
        for door in endpoint.about.doors {
            let operation = operation(endpoint, door, &mut schemas);
            if let Some(methods) = paths.entry(door.path).or_insert_with(|| json!({})).as_object_mut() {
                methods.insert(verb(door.method).to_owned(), operation);
            }
        }
    }
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Error".into(), error_schema());
    drop_unused(&mut definitions, &paths);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Guildhall",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "project": { "type": "http", "scheme": "basic", "description": "Project id and secret." },
                "publicToken": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Public token, and the session token or the public token again.",
                },
                "memberSession": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Stytch-Member-Session",
                    "description": "Acts on behalf of the member of this session. A JWT goes into X-Stytch-Member-SessionJWT.",
                },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, door: &Door, schemas: &mut SchemaGenerator) -> Value {
    let (summary, description) = endpoint.about.doc.split_once("\n\n").unwrap_or((endpoint.about.doc, ""));
    let (parameters, body) = inputs(endpoint, door, schemas);
    let mut operation = json!({
        "operationId": operation_id(endpoint, door),
        "summary": summary.trim_end_matches('.'),
        "description": description,
        "tags": [tag(endpoint)],
        "security": security(endpoint, door),
        "parameters": parameters,
        "responses": responses(endpoint, door, schemas),
    });
    if let Some(body) = body {
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": body } } });
    }
    operation
}

fn verb(method: Method) -> &'static str {
    match method {
        Method::GET => "get",
        Method::POST => "post",
        Method::PUT => "put",
        Method::DELETE => "delete",
    }
}

fn tag(endpoint: &Endpoint) -> String {
    endpoint.about.operation().split('.').next().unwrap_or_default().to_owned()
}

fn operation_id(endpoint: &Endpoint, door: &Door) -> String {
    let suffix = match door.kind {
        DoorKind::Backend => "",
        DoorKind::Browser => ".browser",
        DoorKind::Myself => ".self",
    };
    format!("{}{suffix}", endpoint.about.operation())
}

fn security(endpoint: &Endpoint, door: &Door) -> Value {
    match (endpoint.credential, door.kind) {
        ("", _) => json!([]),
        ("project", DoorKind::Backend) => json!([{ "project": [] }]),
        (_, DoorKind::Backend) => json!([{ "project": [] }, { "project": [], "memberSession": [] }]),
        _ => json!([{ "publicToken": [] }]),
    }
}

/// Path and query parameters, and the schema of the body.
fn inputs(endpoint: &Endpoint, door: &Door, schemas: &mut SchemaGenerator) -> (Vec<Value>, Option<Value>) {
    let schema = (endpoint.input)(schemas);
    let reference = schema.get("$ref").and_then(Value::as_str).map(str::to_owned);
    let name = reference.as_deref().and_then(|r| r.rsplit('/').next());
    let schema = name.and_then(|name| schemas.definitions().get(name)).cloned().unwrap_or_else(|| schema.into());
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required: Vec<_> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut parameters, mut body, mut body_required) = (Vec::new(), Map::new(), Vec::new());
    for (field, property) in properties {
        let in_path = door.path.contains(&format!("{{{field}}}"));
        if in_path || matches!(door.method, Method::GET | Method::DELETE) && !from_session(endpoint, door, &field) {
            parameters.push(json!({
                "name": field,
                "in": if in_path { "path" } else { "query" },
                "required": in_path || required.contains(&json!(field)),
                "description": property.get("description").cloned().unwrap_or_default(),
                "schema": property,
            }));
        } else if !from_session(endpoint, door, &field) {
            if required.contains(&json!(field)) {
                body_required.push(json!(field));
            }
            body.insert(field, property);
        }
    }
    let body = (!body.is_empty()).then(|| json!({ "type": "object", "properties": body, "required": body_required }));
    (parameters, body)
}

/// Whether the session, not the request, says what the field is.
fn from_session(endpoint: &Endpoint, door: &Door, field: &str) -> bool {
    let member = endpoint.credential == "project_or_member" && door.kind != DoorKind::Backend;
    member
        && (["organization_id", "organization_ids"].contains(&field)
            || (door.kind == DoorKind::Myself && field == "member_id"))
}

fn responses(endpoint: &Endpoint, door: &Door, schemas: &mut SchemaGenerator) -> Value {
    let output = (endpoint.output)(schemas);
    let envelope = json!({
        "type": "object",
        "properties": { "status_code": { "type": "integer" }, "request_id": { "type": "string" } },
        "required": ["status_code", "request_id"],
    });
    let success = json!({ "allOf": [envelope, output] });
    let schema = match door.kind {
        DoorKind::Backend => success,
        _ => json!({ "type": "object", "properties": { "data": success }, "required": ["data"] }),
    };
    let mut responses = Map::new();
    responses
        .insert("200".into(), json!({ "description": "OK", "content": { "application/json": { "schema": schema } } }));
    let mut errors: Vec<ApiError> = endpoint.about.errors().collect();
    errors.extend(ANYWHERE);
    for error in errors {
        let entry = responses.entry(error.status().as_str()).or_insert_with(|| {
            json!({
                "description": error.status().canonical_reason().unwrap_or("Error"),
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
                "x-error-types": [],
            })
        });
        if let Some(types) = entry["x-error-types"].as_array_mut() {
            let word = json!(error.error_type());
            if !types.contains(&word) {
                types.push(word);
            }
        }
    }
    responses.into()
}

fn error_schema() -> Value {
    let mut types: Vec<_> = ApiError::ALL.iter().map(|error| error.error_type()).collect();
    types.sort_unstable();
    types.dedup();
    json!({
        "type": "object",
        "properties": {
            "status_code": { "type": "integer", "description": "The HTTP status." },
            "request_id": { "type": "string" },
            "error_type": { "type": "string", "enum": types },
            "error_message": { "type": "string", "description": "What was wrong and what to do." },
            "error_url": { "type": "string", "format": "uri" },
        },
        "required": ["status_code", "request_id", "error_type", "error_message", "error_url"],
    })
}

/// The inputs were taken apart into parameters and bodies; their own schemas are not needed any more.
fn drop_unused(definitions: &mut Map<String, Value>, paths: &Map<String, Value>) {
    loop {
        let text = format!("{}{}", Value::Object(definitions.clone()), Value::Object(paths.clone()));
        let unused: Vec<_> = definitions
            .keys()
            .filter(|name| !text.contains(&format!("\"#/components/schemas/{name}\"")))
            .cloned()
            .collect();
        if unused.is_empty() {
            return;
        }
        for name in unused {
            definitions.remove(&name);
        }
    }
}
