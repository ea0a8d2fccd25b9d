//! JSON as it is written: objects of which the fields are told apart and not read, for what is only passed on or compared.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The fields of an object, each as it is written.
pub type Fields<'a> = BTreeMap<Name<'a>, &'a RawValue>;

/// The name of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> From<&'a str> for Name<'a> {
    fn from(name: &'a str) -> Self {
        Self(name.into())
    }
}

impl std::ops::Deref for Name<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// A value as it is written; `null` where it cannot be, because a key is no text.
pub fn text(value: &impl Serialize) -> Box<RawValue> {
    to_raw_value(value).unwrap_or_default()
}

/// The fields of an object; none of what is no object.
pub fn fields(object: &RawValue) -> Fields<'_> {
    serde_json::from_str(object.get()).unwrap_or_default()
}

/// The elements of a list; none of what is no list.
pub fn elements(list: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(list.get()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_told_apart_is_as_it_was_written() {
        let object = text(&json!({ "a\"b": [1, { "c": null }], "d": "e" }));
        let fields = fields(&object);
        assert_eq!(fields.keys().map(|name| &**name).collect::<Vec<_>>(), ["a\"b", "d"]);
        assert_eq!(
            elements(fields[&Name::from("a\"b")]).iter().map(|e| e.get()).collect::<Vec<_>>(),
            ["1", "{\"c\":null}"]
        );
        assert_eq!(text(&fields).get(), object.get());
        assert!(elements(&object).is_empty() && super::fields(&text(&[1])).is_empty());
    }
}
