//! What a directory says of a person that is of use here.

use crate::members::MemberName;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use serde_json::{Map, Value};

/// What a member is made of.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) user_name: String,
    pub(super) external_id: Option<String>,
    /// Whether the account may be used.
    pub(super) active: bool,
    pub(super) email: EmailAddress,
    /// As it is written, or empty.
    pub(super) name: String,
}

impl Said {
    /// Reads it from a document. An account of which it says nothing is as open as before.
    ///
    /// # Errors
    /// `scim_invalid_value` when there is no email address.
    pub(super) fn of(document: &Map<String, Value>, was_active: bool) -> Result<Self> {
        let user_name = text(document, "userName").unwrap_or_default();
        let email = email(document, user_name).ok_or_else(|| {
            ApiError::ScimInvalidValue
                .because("Neither userName nor any of emails is an email address, and a member needs one.")
        })?;
        Ok(Self {
            external_id: text(document, "externalId").map(str::to_owned),
            active: document.get("active").and_then(Value::as_bool).unwrap_or(was_active),
            email,
            name: name(document),
            user_name: user_name.to_owned(),
        })
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The user name, where it is an address; else the primary address, else one for work, else the first.
fn email(document: &Map<String, Value>, user_name: &str) -> Option<EmailAddress> {
    if let Ok(email) = EmailAddress::parse(user_name) {
        return Some(email);
    }
    let emails = document.get("emails").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let of = |element: &Value| EmailAddress::parse(text(element.as_object()?, "value")?).ok();
    let is_primary = |element: &&Value| element.get("primary").and_then(Value::as_bool) == Some(true);
    let is_for_work = |element: &&Value| {
        element.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
    };
    emails.iter().filter(is_primary).chain(emails.iter().filter(is_for_work)).chain(emails.iter()).find_map(of)
}

/// The name as it is written, else its parts, else the one that is shown to others. One that does not fit is none.
fn name(document: &Map<String, Value>) -> String {
    let parts = document.get("name").and_then(Value::as_object);
    let whole = parts.and_then(|parts| {
        let given = [text(parts, "givenName"), text(parts, "familyName")];
        let joined = given.into_iter().flatten().collect::<Vec<_>>().join(" ");
        text(parts, "formatted").map(str::to_owned).or((!joined.is_empty()).then_some(joined))
    });
    let name = whole.or_else(|| text(document, "displayName").map(str::to_owned)).unwrap_or_default();
    let name = name.replace(['\r', '\n'], " ");
    if MemberName::fits(&name) { name } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(document: Value) -> Result<Said> {
        Said::of(document.as_object().unwrap(), true)
    }

    #[test]
    fn the_address_is_the_user_name_or_the_best_of_emails() {
        let (home, work) = (
            json!({ "value": "Home@acme.example", "type": "home" }),
            json!({ "value": "work@acme.example", "type": "Work" }),
        );
        let primary = json!({ "value": "first@acme.example", "primary": true });
        let cases = [
            (json!({ "userName": "Ada@ACME.example", "emails": [primary] }), "ada@acme.example"),
            (json!({ "userName": "ada", "emails": [home, work, primary] }), "first@acme.example"),
            (json!({ "userName": "ada", "emails": [home, work] }), "work@acme.example"),
            (json!({ "userName": "ada", "emails": [{ "value": "none", "primary": true }, home] }), "home@acme.example"),
        ];
        for (document, email) in cases {
            assert_eq!(of(document).unwrap().email.as_str(), email);
        }
        assert!(of(json!({ "userName": "ada" })).is_err());
    }

    #[test]
    fn the_name_is_the_best_there_is() {
        let name = |value: Value| {
            let mut document = json!({ "userName": "ada@acme.example" });
            document.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
            of(document).unwrap().name
        };
        let parts = json!({ "givenName": "Ada", "familyName": "Lovelace" });
        assert_eq!(name(json!({ "name": parts, "displayName": "Countess" })), "Ada Lovelace");
        assert_eq!(name(json!({ "name": { "formatted": "Ada\nKing", "givenName": "Ada" } })), "Ada King");
        assert_eq!(name(json!({ "displayName": "Countess" })), "Countess");
        assert_eq!(name(json!({ "displayName": "x".repeat(300) })), "");
    }
}
