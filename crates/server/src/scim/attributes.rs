//! A user, as a directory has sent them, in the words in which members are shown.

use foundation::id::MemberId;
use serde_json::{Map, Value, json};

/// Texts of a user that are shown under a name of ours.
const TEXTS: [(&str, &str); 10] = [
    ("user_name", "userName"),
    ("external_id", "externalId"),
    ("display_name", "displayName"),
    ("nick_name", "nickName"),
    ("profile_url", "profileUrl"),
    ("user_type", "userType"),
    ("title", "title"),
    ("preferred_language", "preferredLanguage"),
    ("locale", "locale"),
    ("timezone", "timezone"),
];

/// Lists of values, each with a type.
const LISTS: [(&str, &str); 7] = [
    ("emails", "emails"),
    ("phone_numbers", "phoneNumbers"),
    ("ims", "ims"),
    ("photos", "photos"),
    ("entitlements", "entitlements"),
    ("roles", "roles"),
    ("x509certificates", "x509Certificates"),
];

const NAME: [(&str, &str); 6] = [
    ("formatted", "formatted"),
    ("family_name", "familyName"),
    ("given_name", "givenName"),
    ("middle_name", "middleName"),
    ("honorific_prefix", "honorificPrefix"),
    ("honorific_suffix", "honorificSuffix"),
];

const ADDRESS: [(&str, &str); 7] = [
    ("formatted", "formatted"),
    ("street_address", "streetAddress"),
    ("locality", "locality"),
    ("region", "region"),
    ("postal_code", "postalCode"),
    ("country", "country"),
    ("type", "type"),
];

const ENTERPRISE: [(&str, &str); 5] = [
    ("employee_number", "employeeNumber"),
    ("cost_center", "costCenter"),
    ("division", "division"),
    ("department", "department"),
    ("organization", "organization"),
];

const MANAGER: [(&str, &str); 3] = [("value", "value"), ("ref", "$ref"), ("display_name", "displayName")];

/// The core and enterprise attributes of a user. What the directory does not say is empty, as clients have no other word for
/// it. Groups are not among them: [`crate::members::ScimRegistration`] has those.
pub(crate) fn attributes(id: &MemberId, user: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = texts(user, &TEXTS);
    shown.insert("id".into(), id.as_str().into());
    shown.insert("active".into(), user.get("active").and_then(Value::as_bool).unwrap_or(true).into());
    for (name, attribute) in LISTS {
        shown.insert(name.into(), list(user.get(attribute), &[("value", "value"), ("type", "type")]));
    }
    shown.insert("addresses".into(), list(user.get("addresses"), &ADDRESS));
    if let Some(Value::Object(name)) = user.get("name") {
        shown.insert("name".into(), texts(name, &NAME).into());
    }
    if let Some(Value::Object(extension)) = user.get(::scim::ENTERPRISE_USER.id) {
        let mut enterprise = texts(extension, &ENTERPRISE);
        if let Some(Value::Object(manager)) = extension.get("manager") {
            enterprise.insert("manager".into(), texts(manager, &MANAGER).into());
        }
        shown.insert("enterprise_extension".into(), enterprise.into());
    }
    shown
}

fn text(value: Option<&Value>) -> Value {
    match value {
        Some(Value::String(text)) => text.as_str().into(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string().into(),
        _ => "".into(),
    }
}

fn texts(object: &Map<String, Value>, names: &[(&str, &str)]) -> Map<String, Value> {
    names.iter().map(|(name, attribute)| ((*name).to_owned(), text(object.get(*attribute)))).collect()
}

/// Those of a list that are objects, each with whether it is the primary one.
fn list(values: Option<&Value>, names: &[(&str, &str)]) -> Value {
    let values = values.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let shown = values.iter().filter_map(Value::as_object).map(|value| {
        let mut shown = texts(value, names);
        shown.insert("primary".into(), json!(value.get("primary").and_then(Value::as_bool).unwrap_or(false)));
        Value::Object(shown)
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::id::Environment;

    #[test]
    fn every_attribute_is_there_whatever_the_directory_says() {
        let id = MemberId::new(Environment::Test);
        let shown = attributes(&id, &Map::new());
        assert_eq!(shown.len(), TEXTS.len() + LISTS.len() + 3);
        assert_eq!((&shown["user_name"], &shown["active"], &shown["emails"]), (&json!(""), &json!(true), &json!([])));
    }

    #[test]
    fn what_it_says_has_the_names_of_the_api() {
        let id = MemberId::new(Environment::Test);
        let user = json!({
            "userName": "ada", "active": false, "title": 7, "groups": [{ "value": "admins" }],
            "emails": [{ "value": "ada@acme.example", "type": "work", "primary": true }, "odd"],
            "name": { "givenName": "Ada" },
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Engines", "manager": { "$ref": "x" } },
        });
        let shown = Value::Object(attributes(&id, user.as_object().unwrap()));
        assert_eq!((&shown["id"], &shown["active"], &shown["title"]), (&json!(id), &json!(false), &json!("7")));
        assert_eq!(shown["emails"], json!([{ "value": "ada@acme.example", "type": "work", "primary": true }]));
        assert_eq!((&shown["name"]["given_name"], &shown["name"]["family_name"]), (&json!("Ada"), &json!("")));
        assert_eq!(shown["enterprise_extension"]["department"], "Engines");
        assert_eq!(shown["enterprise_extension"]["manager"]["ref"], "x");
        assert!(shown.get("groups").is_none(), "who is in which group the groups say");
    }
}
