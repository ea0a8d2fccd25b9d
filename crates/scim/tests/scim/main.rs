//! The crate from outside: by the standard's rules, by the manners of directories, and by properties.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod filters;

mod manners;
mod patches;
mod projections;
mod properties;
mod resources;

use scim::{Error, ResourceType, USER, apply, read_patch};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is not an object"),
    }
}

fn patched_as(of: &ResourceType, resource: &Value, operations: Value) -> Result<Value, Error> {
    let mut resource = object(resource.clone());
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    apply(&mut resource, read_patch(&object(body), of)?, of)?;
    Ok(Value::Object(resource))
}

/// A user after operations. Whatever they are, they change nothing the second time.
fn patched(resource: &Value, operations: Value) -> Result<Value, Error> {
    let once = patched_as(&USER, resource, operations.clone())?;
    assert_eq!(patched_as(&USER, &once, operations), Ok(once.clone()), "applied twice");
    Ok(once)
}

fn user() -> Value {
    Value::Object(
        scim::resource::read(
            object(json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": "Ada@example.com",
                "externalId": "00uA1",
                "active": true,
                "name": {"givenName": "Ada", "familyName": "Lovelace"},
                "emails": [
                    {"type": "work", "value": "ada@example.com", "primary": true},
                    {"type": "home", "value": "ada@lovelace.example"},
                ],
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engines", "manager": {"value": "m1"}},
            })),
            &USER,
        )
        .unwrap(),
    )
}
