use crate::{object, user};
use scim::sort::Key;
use scim::{AttributePath, ErrorKind, Projection, USER};
use serde_json::{Map, Value, json};

fn projected(attributes: &str, excluded: &str) -> Value {
    let mut user = object(user());
    user.insert("id".to_owned(), json!("u1"));
    Value::Object(Projection::new([attributes], [excluded], &USER).unwrap().apply(user, &USER))
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn only_what_is_asked_for() {
    let only = projected("name.givenName, EMAILS.value,emails.type", "");
    assert_eq!(names(&only), ["schemas", "userName", "id", "name", "emails"]);
    assert_eq!(only["name"], json!({"givenName": "Ada"}));
    assert_eq!(only["emails"][1], json!({"value": "ada@lovelace.example", "type": "home"}));
    let only = projected("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,nothing", "");
    assert_eq!(only["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], json!({"department": "Engines"}));
    let only = projected("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "active");
    assert_eq!(only["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["manager"], json!({"value": "m1"}));
    assert!(only.get("active").is_none());
}

#[test]
fn all_but_what_is_not_wanted() {
    let rest =
        projected("", "emails,name.givenName,id,userName,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
    assert_eq!(names(&rest), ["schemas", "userName", "externalId", "active", "name", "id"]);
    assert_eq!(rest["name"], json!({"familyName": "Lovelace"}));
    assert_eq!(projected("", "").as_object().unwrap().len(), 8);
}

#[test]
fn what_need_not_be_read() {
    let has = |attributes, excluded| Projection::new([attributes], [excluded], &scim::GROUP).unwrap().has("members");
    assert!(has("", "") && has("members", "") && has("members.value", "") && has("", "members.display"));
    assert!(!has("displayName", "") && !has("", "Members") && !has("", "displayName,members"));
}

#[test]
fn lists_of_names_are_bounded() {
    let wrong = |list: &str| Projection::new([list], [], &USER).unwrap_err().kind;
    assert_eq!(wrong("a b"), ErrorKind::InvalidValue);
    assert_eq!(wrong(&["a"; 101].join(",")), ErrorKind::InvalidValue);
}

#[test]
fn the_order_of_resources() {
    let key =
        |resource: Value, path: &str| Key::new(&object(resource), &AttributePath::parse(path, &USER).unwrap(), &USER);
    let sorted = |path: &str, resources: [Value; 3]| {
        let mut keys: Vec<(Key, usize)> =
            resources.into_iter().zip(0..).map(|(resource, index)| (key(resource, path), index)).collect();
        keys.sort();
        keys.iter().map(|(_, index)| *index).collect::<Vec<_>>()
    };
    assert_eq!(sorted("userName", [json!({"userName": "b"}), json!({}), json!({"userName": "A"})]), [2, 0, 1]);
    assert_eq!(
        sorted("externalId", [json!({"externalId": "b"}), json!({"externalId": "a"}), json!({"externalId": "B"})]),
        [2, 1, 0]
    );
    let emails = |first: &str, second: &str| json!({"emails": [{"value": first}, {"value": second, "primary": true}]});
    assert_eq!(
        sorted("emails.value", [emails("a", "z"), emails("z", "a"), json!({"emails": [{"value": "m"}]})]),
        [1, 2, 0]
    );
    let at = |time: &str| json!({"meta": {"lastModified": time}});
    assert_eq!(
        sorted("meta.lastModified", [at("2026-01-01T01:00:00+02:00"), at("2026-01-01T00:00:00Z"), at("nonsense")]),
        [0, 1, 2]
    );
    assert_eq!(sorted("active", [json!({"active": true}), json!({}), json!({"active": false})]), [2, 0, 1]);
    assert_eq!(key(Value::Object(Map::new()), "name.givenName"), Key::Nothing);
}
