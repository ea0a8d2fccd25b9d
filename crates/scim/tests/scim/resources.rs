use crate::object;
use scim::{ErrorKind, GROUP, GROUP_SCHEMA, USER, USER_SCHEMA, resource};
use serde_json::{Value, json};

fn read(body: Value) -> Value {
    Value::Object(resource::read(object(body), &USER).unwrap())
}

#[test]
fn names_and_values_are_the_standards() {
    let read = read(json!({
        "SCHEMAS": [],
        "username": "ada@example.com",
        "ACTIVE": "True",
        "Name": {"GIVENNAME": "Ada", "middleName": null},
        "emails": {"VALUE": "ada@example.com", "Primary": "true"},
        "phoneNumbers": ["+44 20 7946 0000", null, {}],
        "title": null,
        "addresses": [],
        "nickName": 7,
        "urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user": {"Department": "Engines", "division": null},
    }));
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": "ada@example.com",
        "active": true,
        "name": {"givenName": "Ada"},
        "emails": [{"value": "ada@example.com", "primary": true}],
        "phoneNumbers": [{"value": "+44 20 7946 0000"}],
        "nickName": "7",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engines"},
    });
    assert_eq!(read, expected);
}

#[test]
fn what_is_the_servers_own_is_not_taken() {
    let body = json!({
        "id": "x", "meta": {"created": "2026-01-01T00:00:00Z"}, "groups": [{"value": "admins"}], "Password": "secret",
        "userName": "ada@example.com",
    });
    assert_eq!(read(body), json!({"schemas": [USER_SCHEMA.id], "userName": "ada@example.com"}));
}

#[test]
fn one_is_primary() {
    let read = read(json!({
        "userName": "a", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}, {"value": "c"}],
    }));
    assert_eq!(
        read["emails"],
        json!([{"value": "a", "primary": true}, {"value": "b", "primary": false}, {"value": "c"}])
    );
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    for body in [
        json!({}),
        json!({"userName": ""}),
        json!({"userName": " "}),
        json!({"userName": null}),
        json!({"userName": ["a"]}),
        json!({"userName": "a", "active": "yes"}),
        json!({"userName": "a", "name": "Ada"}),
        json!({"userName": "a", "emails": [7]}),
    ] {
        let error = resource::read(object(body.clone()), &USER).expect_err(&body.to_string());
        assert_eq!(error.kind, ErrorKind::InvalidValue, "{body}");
    }
    let error = resource::read(object(json!({"externalId": "x"})), &GROUP).unwrap_err();
    assert!(error.detail.contains("displayName"), "{error}");
}

/// What is published is what is read by: every attribute has all its characteristics, and none is there twice.
#[test]
fn schemas_are_published() {
    for schema in USER.schemas().chain(GROUP.schemas()) {
        let document = schema.document("https://auth.example/scim");
        assert_eq!(document["id"], schema.id);
        let mut names: Vec<&str> = schema.attributes.iter().map(|attribute| attribute.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), schema.attributes.len());
        for attribute in document["attributes"].as_array().unwrap() {
            for characteristic in
                ["type", "multiValued", "description", "required", "caseExact", "mutability", "returned", "uniqueness"]
            {
                assert!(!attribute[characteristic].is_null(), "{attribute}");
            }
            assert_eq!(attribute["type"] == "complex", attribute["subAttributes"].is_array(), "{attribute}");
        }
    }
    let document = GROUP.document("https://auth.example/scim");
    assert_eq!((&document["endpoint"], &document["schema"]), (&json!("/Groups"), &json!(GROUP_SCHEMA.id)));
    assert_eq!(document["meta"]["location"], "https://auth.example/scim/ResourceTypes/Group");
}

/// Nothing that a directory sends is lost, the last digit of a number neither.
#[test]
fn numbers_stay_as_they_were_sent() {
    let body = r#"{"userName":"ada","odd":5.5155555555555556e54,"precise":0.1234567890123456}"#;
    let read = read(serde_json::from_str(body).unwrap());
    assert_eq!(read["odd"].to_string(), "5.5155555555555556e+54");
    assert_eq!(read["precise"].to_string(), "0.1234567890123456");
}
