//! PATCH by the standard (RFC 7644, section 3.5.2).

use crate::{object, patched, user};
use scim::membership::{self, Change};
use scim::{ErrorKind, GROUP, MAX_OPERATIONS, USER, read_patch};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What an attribute is after an operation.
fn after(operation: Value, attribute: &str) -> Value {
    patched(&user(), json!([operation])).unwrap().get(attribute).cloned().unwrap_or_default()
}

#[test]
fn adding() {
    assert_eq!(after(json!({"op": "add", "path": "title", "value": "Countess"}), "title"), "Countess");
    assert_eq!(after(json!({"op": "add", "path": "TITLE", "value": "Countess"}), "title"), "Countess");
    assert_eq!(after(json!({"op": "add", "value": {"title": "Countess"}}), "title"), "Countess");
    assert_eq!(
        after(json!({"op": "add", "path": "name.middleName", "value": "King"}), "name")["familyName"],
        "Lovelace"
    );
    let names = json!({"givenName": "Augusta", "familyName": "Lovelace"});
    assert_eq!(after(json!({"op": "add", "path": "name", "value": {"givenName": "Augusta"}}), "name"), names);

    let emails =
        after(json!({"op": "add", "path": "emails", "value": [{"value": "a@b.example", "type": "other"}]}), "emails");
    assert_eq!(emails.as_array().unwrap().len(), 3);
    // Whatever is there already is not added again, in whatever case it comes.
    let emails = after(
        json!({"op": "add", "path": "emails", "value": [{"value": "ADA@example.com", "type": "work"}]}),
        "emails",
    );
    assert_eq!(emails.as_array().unwrap().len(), 2);
    assert_eq!(emails[0]["primary"], true);
    // A new primary one takes the place of the old.
    let new = json!({"op": "add", "path": "emails", "value": {"value": "a@b.example", "primary": true}});
    let primaries: Vec<Value> =
        after(new, "emails").as_array().unwrap().iter().map(|email| email["primary"].clone()).collect();
    assert_eq!(primaries, [json!(false), Value::Null, json!(true)]);
}

#[test]
fn replacing() {
    let emails = after(json!({"op": "replace", "path": "emails", "value": [{"value": "a@b.example"}]}), "emails");
    assert_eq!(emails, json!([{"value": "a@b.example"}]));
    assert_eq!(after(json!({"op": "replace", "value": {"emails": [{"value": "a@b.example"}]}}), "emails"), emails);
    let emails =
        after(json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x@y.example"}), "emails");
    assert_eq!(emails[1], json!({"type": "home", "value": "x@y.example"}));
    assert_eq!(emails[0]["value"], "ada@example.com");
    let emails = after(
        json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "x@y.example"}}),
        "emails",
    );
    assert_eq!(emails[1], json!({"type": "home", "value": "x@y.example"}));
    let emails = after(json!({"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}), "emails");
    assert_eq!((&emails[0]["primary"], &emails[1]["primary"]), (&json!(false), &json!(true)));
    let enterprise =
        after(json!({"op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "Mills"}), ENTERPRISE);
    assert_eq!(enterprise, json!({"department": "Mills", "manager": {"value": "m1"}}));
    let enterprise = after(json!({"op": "replace", "path": ENTERPRISE, "value": {"division": "North"}}), ENTERPRISE);
    assert_eq!(enterprise, json!({"department": "Engines", "manager": {"value": "m1"}, "division": "North"}));
}

/// Where no element matches, and within one that had nothing there, names are the standard's and values the schema's.
#[test]
fn what_is_new_within_an_element_is_named_as_everywhere() {
    for (path, element) in [
        ("emails[Type eq \"other\"].vaLue", json!({"type": "other", "value": "x"})),
        ("phoneNumbers[PRIMARY eq \"True\"].vaLue", json!({"primary": true, "value": "x"})),
        ("emails[colour eq \"red\"].vaLue", json!({"colour": "red", "value": "x"})),
    ] {
        let attribute = path.split('[').next().unwrap();
        let elements = after(json!({"op": "replace", "path": path, "value": "x"}), attribute);
        assert_eq!(elements.as_array().unwrap().last(), Some(&element), "{path}");
    }
    let emails = after(json!({"op": "add", "path": "emails[type eq \"home\"].DISPLAY", "value": "x"}), "emails");
    assert_eq!(emails[1], json!({"type": "home", "value": "ada@lovelace.example", "display": "x"}));
}

#[test]
fn removing() {
    assert_eq!(after(json!({"op": "remove", "path": "name.givenName"}), "name"), json!({"familyName": "Lovelace"}));
    assert_eq!(after(json!({"op": "remove", "path": "name"}), "name"), Value::Null);
    assert_eq!(after(json!({"op": "remove", "path": "title"}), "title"), Value::Null);
    let emails = after(json!({"op": "remove", "path": "emails[type eq \"work\"]"}), "emails");
    assert_eq!(emails, json!([{"type": "home", "value": "ada@lovelace.example"}]));
    assert_eq!(
        after(json!({"op": "remove", "path": "emails[type eq \"fax\"]"}), "emails").as_array().unwrap().len(),
        2
    );
    let emails = after(json!({"op": "remove", "path": "emails[type eq \"home\"].type"}), "emails");
    assert_eq!(emails[1], json!({"value": "ada@lovelace.example"}));
    // Nothing is left of an extension that has nothing, not even its name.
    let bare = patched(&user(), json!([{"op": "remove", "path": ENTERPRISE}])).unwrap();
    assert_eq!(bare.get(ENTERPRISE), None);
    assert_eq!(bare["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
    let one_by_one = json!([{"op": "remove", "path": format!("{ENTERPRISE}:department")}, {"op": "remove", "path": format!("{ENTERPRISE}:manager.value")}]);
    assert_eq!(patched(&user(), one_by_one).unwrap(), bare);
}

#[test]
fn what_is_refused() {
    let refused = |operation: Value| patched(&user(), json!([operation])).expect_err("refused").kind;
    assert_eq!(refused(json!({"op": "remove"})), ErrorKind::NoTarget);
    assert_eq!(refused(json!({"op": "move", "path": "title"})), ErrorKind::InvalidSyntax);
    assert_eq!(refused(json!({"path": "title"})), ErrorKind::InvalidSyntax);
    assert_eq!(refused(json!("add")), ErrorKind::InvalidSyntax);
    assert_eq!(refused(json!({"op": "add", "path": "title"})), ErrorKind::InvalidValue);
    assert_eq!(refused(json!({"op": "add", "value": "x"})), ErrorKind::InvalidValue);
    assert_eq!(refused(json!({"op": "replace", "path": "active", "value": "maybe"})), ErrorKind::InvalidValue);
    assert_eq!(refused(json!({"op": "replace", "path": "title", "value": {"a": 1}})), ErrorKind::InvalidValue);
    assert_eq!(refused(json!({"op": "replace", "path": "name", "value": "Ada"})), ErrorKind::InvalidValue);
    for path in [
        "",
        "1",
        "a b",
        "a..b",
        "emails[",
        "emails[type]",
        "emails[type eq \"x\"]x",
        "emails[type eq \"x\"].a.b",
        "a.b.c",
        "emails.value[type eq \"x\"]",
        "active[primary eq true].value",
        "name[familyName pr].givenName",
    ] {
        let kind = refused(json!({"op": "replace", "path": path, "value": "x"}));
        assert!(matches!(kind, ErrorKind::InvalidPath | ErrorKind::InvalidValue), "{path}: {kind:?}");
    }
    for path in ["id", "meta", "meta.version", "groups", "groups[value eq \"g\"]"] {
        assert_eq!(refused(json!({"op": "replace", "path": path, "value": "x"})), ErrorKind::Mutability, "{path}");
        assert_eq!(refused(json!({"op": "remove", "path": path})), ErrorKind::Mutability, "{path}");
    }
    assert_eq!(refused(json!({"op": "remove", "path": "userName"})), ErrorKind::Mutability);
    assert_eq!(refused(json!({"op": "replace", "path": "userName", "value": null})), ErrorKind::Mutability);
    // The filter does not say what a new element would be.
    assert_eq!(
        refused(json!({"op": "replace", "path": "emails[type ne \"work\" and type ne \"home\"].value", "value": "x"})),
        ErrorKind::NoTarget
    );
    for body in [json!({}), json!({"Operations": []}), json!({"Operations": "x"})] {
        assert_eq!(read_patch(&object(body), &USER).unwrap_err().kind, ErrorKind::InvalidSyntax);
    }
    let many = vec![json!({"op": "remove", "path": "title"}); MAX_OPERATIONS + 1];
    assert_eq!(read_patch(&object(json!({"Operations": many})), &USER).unwrap_err().kind, ErrorKind::InvalidSyntax);
}

/// An element that is an object stays one: a text in its place would be found by nothing any more.
#[test]
fn an_element_that_was_found_by_what_is_in_it_is_not_made_a_text() {
    let mut badged = user();
    badged["badges"] = json!([{"type": "door", "code": "7"}]);
    let operations = |value: Value| json!([{"op": "replace", "path": "badges[type eq \"door\"]", "value": value}]);
    let error = patched(&badged, operations(json!("eight"))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidValue);
    let changed = patched(&badged, operations(json!({"code": "8"}))).unwrap();
    assert_eq!(changed["badges"], json!([{"type": "door", "code": "8"}]));
}

fn changes(operations: Value) -> Vec<Change> {
    let operations = read_patch(&object(json!({"Operations": operations})), &GROUP).unwrap();
    membership::split(operations).unwrap().1
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn who_is_in_a_group() {
    let add = json!([{"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "b"}, {"value": "a"}]}]);
    assert_eq!(changes(add), [Change::Add(ids(&["a", "b"]))]);
    assert_eq!(changes(json!([{"op": "add", "path": "members", "value": []}])), []);
    assert_eq!(changes(json!([{"op": "replace", "path": "members", "value": []}])), [Change::Replace(ids(&[]))]);
    assert_eq!(changes(json!([{"op": "remove", "path": "members"}])), [Change::Replace(ids(&[]))]);
    let named = json!([{"op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]"}]);
    assert_eq!(changes(named), [Change::Remove(ids(&["a", "b"]))]);
    let matching = json!([{"op": "remove", "path": "members[display sw \"A\"]"}]);
    assert!(matches!(&changes(matching)[..], [Change::RemoveMatching(_)]));

    let both =
        json!({"Operations": [{"op": "replace", "value": {"displayName": "Crew", "Members": [{"value": "a"}]}}]});
    let (others, members) = membership::split(read_patch(&object(both), &GROUP).unwrap()).unwrap();
    assert_eq!(members, [Change::Replace(ids(&["a"]))]);
    let mut group = object(json!({"displayName": "Old"}));
    scim::apply(&mut group, others, &GROUP).unwrap();
    assert_eq!(
        Value::Object(group),
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew"})
    );

    for wrong in [json!([7]), json!([{}]), json!([{"value": 7}]), json!(""), json!([{"value": ""}])] {
        let body = json!({"Operations": [{"op": "add", "path": "members", "value": wrong}]});
        let operations = read_patch(&object(body), &GROUP).unwrap();
        assert_eq!(membership::split(operations).unwrap_err().kind, ErrorKind::InvalidValue);
    }
    let body = json!({"Operations": [{"op": "replace", "path": "members[value eq \"a\"].display", "value": "x"}]});
    assert_eq!(membership::split(read_patch(&object(body), &GROUP).unwrap()).unwrap_err().kind, ErrorKind::Mutability);
}
