//! For whatever comes: nothing panics, text and filter say the same, another evaluator agrees, and what is applied twice is
//! applied once.

use crate::object;
use proptest::prelude::*;
use scim::{ErrorKind, Filter, GROUP, USER, apply, membership, read_patch, resource};
use serde_json::{Map, Value, json};

/// Names that mean something, and some that do not.
const NAMES: [&str; 12] = [
    "userName",
    "ACTIVE",
    "name",
    "name.givenName",
    "emails",
    "emails.value",
    "emails.primary",
    "title",
    "x",
    "x.y",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:example:2.0:User:colour",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("a".to_owned()), Just("A".to_owned()), Just("b".to_owned()), "[aAbÄß \"\\\\]{0,3}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3i32).prop_map(Value::from),
        text().prop_map(Value::from),
        Just(json!("True")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((name(), inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(NAMES.as_slice()).prop_map(str::to_owned),
        prop::sample::select(["value", "type", "primary", "givenName", "members", "schemas", "id", "$ref"].as_slice())
            .prop_map(str::to_owned),
        "[a-zA-Z:.\\[\\]]{0,6}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        Just("emails[type eq \"a\"].value".to_owned()),
        Just("emails[primary eq true]".to_owned()),
        Just("emails[value co \"a\"].type".to_owned()),
        Just("x[y eq \"a\"].z".to_owned()),
        Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".to_owned()),
        Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager".to_owned()),
    ]
}

fn operation() -> impl Strategy<Value = Value> {
    (prop::sample::select(["add", "Replace", "REMOVE"].as_slice()), prop::option::of(path()), value())
        .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value}))
}

fn a_user() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((name(), value()), 0..6).prop_filter_map("a user", |members| {
        let mut body: Map<String, Value> = members.into_iter().collect();
        body.insert("userName".to_owned(), "a".into());
        resource::read(body, &USER).ok()
    })
}

/// A filter's text, with another reading of it.
#[derive(Debug, Clone)]
enum Asked {
    And(Box<Asked>, Box<Asked>),
    Or(Box<Asked>, Box<Asked>),
    Not(Box<Asked>),
    Has(&'static str),
    Is(&'static str, String),
    Element(String, String),
}

const ASKABLE: [&str; 6] = [
    "userName",
    "title",
    "name.givenName",
    "emails.value",
    "x",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
];

fn asked() -> impl Strategy<Value = Asked> {
    let leaf = prop_oneof![
        prop::sample::select(ASKABLE.as_slice()).prop_map(Asked::Has),
        (prop::sample::select(ASKABLE.as_slice()), text()).prop_map(|(name, text)| Asked::Is(name, text)),
        (text(), text()).prop_map(|(kind, value)| Asked::Element(kind, value)),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Asked::And(one.into(), other.into())),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| Asked::Or(one.into(), other.into())),
            inner.prop_map(|one| Asked::Not(one.into())),
        ]
    })
}

impl Asked {
    fn text(&self) -> String {
        match self {
            Self::And(one, other) => format!("({}) and ({})", one.text(), other.text()),
            Self::Or(one, other) => format!("({}) OR ({})", one.text(), other.text()),
            Self::Not(one) => format!("not ({})", one.text()),
            Self::Has(name) => format!("{name} pr"),
            Self::Is(name, text) => format!("{name} eq {}", json!(text)),
            Self::Element(kind, value) => format!("emails[type eq {} and value eq {}]", json!(kind), json!(value)),
        }
    }

    fn holds(&self, user: &Value) -> bool {
        match self {
            Self::And(one, other) => one.holds(user) & other.holds(user),
            Self::Or(one, other) => one.holds(user) | other.holds(user),
            Self::Not(one) => !one.holds(user),
            Self::Has(name) => texts(user, name).iter().any(|text| !text.is_empty()),
            Self::Is(name, asked) => texts(user, name).contains(&asked.to_lowercase()),
            Self::Element(kind, value) => user["emails"].as_array().is_some_and(|emails| {
                let is = |email: &Value, name: &str, asked: &str| {
                    email[name].as_str().is_some_and(|text| text.to_lowercase() == asked.to_lowercase())
                };
                emails.iter().any(|email| is(email, "type", kind) && is(email, "value", value))
            }),
        }
    }
}

/// The texts that a user has under a name, by a pointer into the JSON.
fn texts(user: &Value, name: &str) -> Vec<String> {
    let lowered = |value: &Value| value.as_str().map(str::to_lowercase);
    if name == "emails.value" {
        let emails = user["emails"].as_array().cloned().unwrap_or_default();
        return emails.iter().filter_map(|email| lowered(&email["value"])).collect();
    }
    let pointer = match name.rsplit_once("User:") {
        Some((urn, name)) => format!("/{urn}User/{name}"),
        None => format!("/{}", name.replace('.', "/")),
    };
    user.pointer(&pointer).and_then(lowered).into_iter().collect()
}

fn fits(user: &Map<String, Value>) -> bool {
    let mut named = user.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x"));
    named.all(|(name, value)| name == "x" && value.is_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn another_evaluator_agrees(user in a_user().prop_filter("texts", fits), asked in asked()) {
        let text = asked.text();
        let filter = Filter::parse(&text, &USER).unwrap();
        prop_assert_eq!(filter.matches(&user, &USER), asked.holds(&Value::Object(user)), "{}", text);
        prop_assert_eq!(Filter::parse(&filter.to_string(), &USER), Ok(filter));
    }

    #[test]
    fn t62_no_text_makes_the_parser_panic(text in "([a-z.]{0,5}| eq | and | or | not |[()\\[\\]\"\\\\]|pr|\\PC){0,20}") {
        if let Ok(filter) = Filter::parse(&text, &USER) {
            prop_assert_eq!(Filter::parse(&filter.to_string(), &USER), Ok(filter.clone()));
            filter.matches(&Map::new(), &USER);
        }
    }

    #[test]
    fn twice_is_once(user in a_user(), operation in operation()) {
        let body = object(json!({"Operations": [operation]}));
        let Ok(operations) = read_patch(&body, &USER) else { return Ok(()) };
        let mut once = user;
        if apply(&mut once, operations.clone(), &USER).is_ok() {
            let mut twice = once.clone();
            match apply(&mut twice, operations, &USER) {
                Ok(()) => prop_assert_eq!(&twice, &once),
                // What an element was found by may be what was changed in it.
                Err(error) => prop_assert_eq!(error.kind, ErrorKind::NoTarget),
            }
            prop_assert!(once["userName"].is_string());
            let primaries = once.get("emails").and_then(Value::as_array).map_or(0, |emails| {
                emails.iter().filter(|email| email["primary"] == true).count()
            });
            prop_assert!(primaries <= 1);
            // What is kept reads as itself.
            prop_assert_eq!(resource::read(once.clone(), &USER), Ok(once));
        }
    }

    #[test]
    fn no_operation_makes_a_group_panic(operation in operation()) {
        let body = object(json!({"Operations": [operation]}));
        if let Ok((others, _)) = read_patch(&body, &GROUP).and_then(membership::split) {
            let mut group = object(json!({"displayName": "a"}));
            let _ = apply(&mut group, others, &GROUP);
            prop_assert_eq!(group.get("members"), None);
        }
    }
}
