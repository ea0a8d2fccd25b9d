//! What may be kept of what a directory says: which attributes it has sent and what it does with them, but not what they say of a
//! person.

use crate::recorder::{MASK, bounded};
use foundation::id::{MemberId, ScimGroupId};
use serde_json::Value;
use std::fmt::Write as _;

/// Bytes that are kept of a request.
const MOST: usize = 4 << 10;
/// And of a path.
const PATH: usize = 300;

/// What says how something is meant, and nothing of a person.
const PLAIN: [&str; 15] = [
    "schemas",
    "op",
    "type",
    "primary",
    "active",
    "attributes",
    "excludedAttributes",
    "sortBy",
    "sortOrder",
    "startIndex",
    "count",
    "method",
    "bulkId",
    "version",
    "failOnErrors",
];
/// What may have values between quotation marks.
const EXPRESSIONS: [&str; 2] = ["path", "filter"];
/// What values are compared by (RFC 7644, table 3).
const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

/// A body without its values.
pub(super) fn masked_body(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => bounded(masked(value, "").to_string(), MOST),
        Err(_) if body.is_empty() => String::new(),
        Err(_) => format!("({} bytes that are no JSON)", body.len()),
    }
}

/// A query without the values in it.
pub(super) fn masked_query(query: &str) -> String {
    let mut shown = String::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = masked_text(&value, &name);
        let _ = write!(shown, "{}{name}={value}", if shown.is_empty() { "" } else { "&" });
    }
    bounded(shown, MOST)
}

/// A path without what is no id of ours where one belongs: some directories ask by name.
pub(super) fn masked_path(path: &str) -> String {
    let mut is_id = false;
    let shown = path.split('/').map(|part| {
        let is_named = std::mem::replace(&mut is_id, is_in(&["Users", "Groups"], part));
        match part {
            "" | ".search" => part,
            part if is_named && !is_ours(part) => MASK,
            part => part,
        }
    });
    bounded(shown.collect::<Vec<_>>().join("/"), PATH)
}

fn masked(value: Value, name: &str) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(key, value)| (masked_expression(&key), masked(value, &key))).collect(),
        ),
        Value::Array(elements) => elements.into_iter().map(|element| masked(element, name)).collect(),
        Value::String(text) => masked_text(&text, name).into(),
        Value::Number(number) if !is_in(&PLAIN, name) => masked_text(&number.to_string(), name).into(),
        value => value,
    }
}

fn is_in(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn masked_text(text: &str, name: &str) -> String {
    let is_word = ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
    match text {
        "" => String::new(),
        // What an operation of `Bulk` is about.
        text if is_in(&EXPRESSIONS, name) && text.starts_with('/') => masked_path(text),
        text if is_in(&EXPRESSIONS, name) => masked_expression(text),
        text if is_word || is_in(&PLAIN, name) || is_ours(text) => text.to_owned(),
        text => masked_value(text),
    }
}

/// An id that this server has given.
fn is_ours(text: &str) -> bool {
    MemberId::parse(text).is_some() || ScimGroupId::parse(text).is_some()
}

/// Of an address the domain stays: what a directory may do depends on it.
fn masked_value(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, domain))
            if !domain.is_empty() && domain.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c)) =>
        {
            format!("{MASK}@{domain}")
        }
        _ => MASK.to_owned(),
    }
}

/// What a word of an expression is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Attribute,
    Value,
    AfterValue,
}

/// An expression that is being shown.
struct Masking {
    shown: String,
    place: Place,
    attribute: String,
    word: String,
}

/// A filter or a path without what it compares with. Whatever stands after an operator is a value, and whatever stands between
/// quotation marks; of types it stays.
fn masked_expression(text: &str) -> String {
    let mut masking =
        Masking { shown: String::new(), place: Place::Attribute, attribute: String::new(), word: String::new() };
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                masking.end_word();
                let mut literal = String::new();
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    match c {
                        '\\' => literal.extend(rest.next()),
                        c => literal.push(c),
                    }
                }
                let _ = write!(masking.shown, "\"{}\"", masking.compared(&literal));
                masking.place = Place::AfterValue;
            }
            ' ' | '(' | ')' | '[' | ']' => {
                masking.end_word();
                masking.shown.push(c);
            }
            c => masking.word.push(c),
        }
    }
    masking.end_word();
    masking.shown
}

impl Masking {
    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        let joins = is_in(&["and", "or", "not"], &word) || word.starts_with('.');
        self.place = match self.place {
            Place::Value => {
                self.shown.push_str(&self.compared(&word));
                Place::AfterValue
            }
            Place::AfterValue if !joins => {
                self.shown.push_str(MASK);
                Place::AfterValue
            }
            _ => {
                self.shown.push_str(&if word.contains('@') { masked_value(&word) } else { word.clone() });
                if is_in(&OPERATORS, &word) { Place::Value } else { Place::Attribute }
            }
        };
        if self.place == Place::Attribute {
            self.attribute = word;
        }
    }

    /// What the attribute is compared with.
    fn compared(&self, text: &str) -> String {
        let name = self.attribute.rsplit(['.', ':']).next().unwrap_or_default();
        masked_text(text, if is_in(&EXPRESSIONS, name) { "" } else { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn of_a_body_the_names_stay() {
        let sent = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@acme.example", "password": "hunter2",
            "active": "True", "externalId": "00u1", "employeeNumber": 701, "nickName": "", "title": null,
            "name": { "givenName": "Ada" }, "emails": [{ "value": "Ada@ACME.example", "type": "work", "primary": true }],
        });
        let kept = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "[masked]@acme.example", "password": "[masked]",
            "active": "True", "externalId": "[masked]", "employeeNumber": "[masked]", "nickName": "", "title": null,
            "name": { "givenName": "[masked]" }, "emails": [{ "value": "[masked]@ACME.example", "type": "work", "primary": true }],
        });
        assert_eq!(masked_body(sent.to_string().as_bytes()), kept.to_string());
        let id = MemberId::new(foundation::id::Environment::Test).to_string();
        let patch = |who: &str, path: &str| {
            json!({ "Operations": [{ "op": "Add", "path": path, "value": [{ "value": who }] }] }).to_string()
        };
        let sent = patch(&id, r#"emails[type eq "work" and value eq "ada@acme.example"]"#);
        let kept = patch(&id, r#"emails[type eq "work" and value eq "[masked]@acme.example"]"#);
        assert_eq!(masked_body(sent.as_bytes()), kept);
        assert_eq!(masked_body(b"{"), "(1 bytes that are no JSON)");
        assert!(masked_body(json!({ "x": vec!["y"; 4000] }).to_string().as_bytes()).len() < MOST + 64);
    }

    #[test]
    fn of_a_query_what_is_asked_stays() {
        for (sent, kept) in [
            ("filter=userName+eq+%22ada%22&count=1", r#"filter=userName eq "[masked]"&count=1"#),
            ("filter=userName%20Eq%20ada%20king%20or%20id%20pr", "filter=userName Eq [masked] [masked] or id pr"),
            (
                "filter=(name.givenName%20co%20%22a%5C%22)b%22)%20and%20active%20eq%20true",
                r#"filter=(name.givenName co "[masked]") and active eq true"#,
            ),
            ("filter=ada@acme.example&startIndex=2", "filter=[masked]@acme.example&startIndex=2"),
            ("filter=externalId%20eq%20%22", r#"filter=externalId eq """#),
            ("x=y", "x=[masked]"),
        ] {
            assert_eq!(masked_query(sent), kept);
        }
    }

    #[test]
    fn of_a_path_whom_it_names_is_masked() {
        let ours = format!("/Users/{}", MemberId::new(foundation::id::Environment::Test));
        for (path, kept) in [
            ("", ""),
            ("/Users", "/Users"),
            ("/users/ada%40acme.example", "/users/[masked]"),
            (ours.as_str(), ours.as_str()),
            ("/scim/v2/Groups/.search", "/scim/v2/Groups/.search"),
            ("/Groups/Engineers/x", "/Groups/[masked]/x"),
        ] {
            assert_eq!(masked_path(path), kept);
        }
    }

    proptest! {
        #[test]
        fn a_value_is_never_kept(name in "z[a-z]{1,8}", value in "[a-z ]{1,20}x7") {
            let filter = format!("{name} eq \"{value}\" or not (emails[value co {value:?}])");
            prop_assert!(!masked_expression(&filter).contains("x7"), "{}", filter);
            let body = json!({ "a": { "value": value } }).to_string();
            prop_assert!(!masked_body(body.as_bytes()).contains("x7"), "{}", body);
        }

        #[test]
        fn nothing_makes_it_panic(text: String) {
            let _ = (masked_body(text.as_bytes()), masked_query(&text), masked_expression(&text));
        }
    }
}
