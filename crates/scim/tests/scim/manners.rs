//! What directories send that the standard does not foresee. The shapes are theirs, the values are not.

use crate::{object, patched, patched_as, user};
use scim::membership::{self, Change};
use scim::{GROUP, read_patch, resource};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Microsoft Entra: operations in Pascal case, booleans as texts.
#[test]
fn entra_disables_somebody() {
    for value in [json!("False"), json!("false"), json!(false)] {
        let after = patched(&user(), json!([{"op": "Replace", "path": "active", "value": value}])).unwrap();
        assert_eq!(after["active"], false);
    }
    let after = patched(&user(), json!([{"op": "Add", "value": {"active": "False"}}])).unwrap();
    assert_eq!(after["active"], false);
}

/// Microsoft Entra: paths as keys of a value.
#[test]
fn entra_sets_several_attributes_without_a_path() {
    let value = json!({
        "displayName": "Ada King",
        "name.givenName": "Augusta",
        "emails[type eq \"work\"].value": "augusta@example.com",
        "addresses[type eq \"work\"].country": "GB",
        (format!("{ENTERPRISE}:department")): "Mills",
        (format!("{ENTERPRISE}:employeeNumber")): 4711,
    });
    let after = patched(&user(), json!([{"op": "Replace", "value": value}])).unwrap();
    assert_eq!(after["displayName"], "Ada King");
    assert_eq!(after["name"], json!({"givenName": "Augusta", "familyName": "Lovelace"}));
    assert_eq!(after["emails"][0], json!({"type": "work", "value": "augusta@example.com", "primary": true}));
    assert_eq!(after["addresses"], json!([{"type": "work", "country": "GB"}]));
    assert_eq!(after[ENTERPRISE]["department"], "Mills");
    assert_eq!(after[ENTERPRISE]["employeeNumber"], "4711");
}

/// Microsoft Entra: an address of a type that nobody has yet, by whatever operation.
#[test]
fn entra_sets_what_is_not_there() {
    for op in ["Add", "Replace"] {
        let after = patched(
            &user(),
            json!([{"op": op, "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+44 20 7946 0000"}]),
        )
        .unwrap();
        assert_eq!(after["phoneNumbers"], json!([{"type": "mobile", "value": "+44 20 7946 0000"}]));
    }
}

/// Microsoft Entra: a manager is an id, and an empty one is none; `null` clears.
#[test]
fn entra_sets_and_clears_a_manager() {
    let path = format!("{ENTERPRISE}:manager");
    let after = patched(&user(), json!([{"op": "Add", "path": path, "value": "m2"}])).unwrap();
    assert_eq!(after[ENTERPRISE]["manager"], json!({"value": "m2"}));
    for nothing in [json!(""), Value::Null, json!({"value": null})] {
        let after = patched(&user(), json!([{"op": "Replace", "path": path, "value": nothing}])).unwrap();
        assert_eq!(after[ENTERPRISE], json!({"department": "Engines"}), "{nothing}");
    }
    let after = patched(&user(), json!([{"op": "Replace", "value": {"name": {"givenName": null}}}])).unwrap();
    assert_eq!(after["name"], json!({"familyName": "Lovelace"}));
    let after = patched(&user(), json!([{"op": "Replace", "path": "name.givenName", "value": null}])).unwrap();
    assert_eq!(after["name"], json!({"familyName": "Lovelace"}));
}

/// Microsoft Entra removes members by a value, several at once; others by a filter.
#[test]
fn members_are_removed_by_value_and_by_filter() {
    let changes = |operation: Value| {
        let body = object(json!({"Operations": [operation]}));
        membership::split(read_patch(&body, &GROUP).unwrap()).unwrap().1
    };
    let gone = [Change::Remove(vec!["a".to_owned(), "b".to_owned()])];
    assert_eq!(changes(json!({"op": "Remove", "path": "members", "value": [{"value": "a"}, {"value": "b"}]})), gone);
    assert_eq!(changes(json!({"op": "remove", "path": "members", "value": ["a", "b"]})), gone);
    assert_eq!(
        changes(json!({"op": "remove", "path": "members[value eq \"a\"]"})),
        [Change::Remove(vec!["a".to_owned()])]
    );
    assert_eq!(
        changes(json!({"op": "Add", "path": "members", "value": {"value": "a"}})),
        [Change::Add(vec!["a".to_owned()])]
    );
}

/// Okta gives a group's id along with its new name, and the name of a user's schema in the value.
#[test]
fn okta_renames_a_group() {
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew"});
    let operations = json!([{"op": "replace", "value": {"id": "another", "displayName": "Staff"}}]);
    let after = patched_as(&GROUP, &group, operations).unwrap();
    assert_eq!(after, json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff"}));
}

/// Whoever removes values of an attribute by a list keeps the others.
#[test]
fn a_remove_with_a_value_keeps_the_rest() {
    let after =
        patched(&user(), json!([{"op": "remove", "path": "emails", "value": [{"value": "ADA@example.com"}]}])).unwrap();
    assert_eq!(after["emails"], json!([{"type": "home", "value": "ada@lovelace.example"}]));
    let after =
        patched(&user(), json!([{"op": "remove", "path": "emails", "value": ["ada@lovelace.example"]}])).unwrap();
    assert_eq!(after["emails"].as_array().unwrap().len(), 1);
}

/// Attributes and extensions that nobody knows come back as they came, and can be changed.
#[test]
fn nothing_is_lost() {
    let sent = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:directory:2.0:User"],
        "userName": "ada@example.com",
        "urn:example:directory:2.0:User": {"Badge": "Blue", "Desks": ["A1", {"n": 2}], "empty": ""},
        "favouriteEngine": {"Kind": "Analytical"},
        "level": 7,
    });
    let kept = Value::Object(resource::read(object(sent.clone()), &scim::USER).unwrap());
    assert_eq!(kept, sent);
    let after =
        patched(&kept, json!([{"op": "replace", "path": "urn:example:directory:2.0:User:Badge", "value": "Red"}]))
            .unwrap();
    assert_eq!(after["urn:example:directory:2.0:User"]["Badge"], "Red");
    assert_eq!(after["urn:example:directory:2.0:User"]["Desks"], sent["urn:example:directory:2.0:User"]["Desks"]);
    let after =
        patched(&kept, json!([{"op": "add", "value": {"urn:example:directory:2.0:User": {"shoe": 38}}}])).unwrap();
    assert_eq!(after["urn:example:directory:2.0:User"]["shoe"], 38);
    assert_eq!(after["urn:example:directory:2.0:User"]["Badge"], "Blue");
    let after = patched(&kept, json!([{"op": "remove", "path": "urn:example:directory:2.0:User"}])).unwrap();
    assert_eq!(after.get("urn:example:directory:2.0:User"), None);
    let after = patched(
        &kept,
        json!([{"op": "add", "path": "teams", "value": ["a"]}, {"op": "add", "path": "teams", "value": "b"}]),
    )
    .unwrap();
    assert_eq!(after["teams"], json!(["a", "b"]));
}
