//! JSON in the database that other versions of the program write too.
//!
//! While servers are updated one by one, an older one reads what a newer one wrote, and writes it again. What it does not
//! know must not make it fail, and must still be there afterwards.

use crate::error::Result;
use database::{FromValue, Value as SqlValue};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

/// Fields of an object within a stored one that this program does not know: `#[serde(flatten)]`.
pub type Unknown = Map<String, Value>;

/// The fields that a stored object may have.
///
/// Its `Deserialize` takes an object with any of them missing, and refuses one with others (`deny_unknown_fields`).
pub trait Fields: Serialize + DeserializeOwned + Clone {
    /// What stands for the value of a field that this program cannot read: the strictest there is. `None`: the field's
    /// usual value.
    fn strictest(field: &str) -> Option<Value>;
}

/// An object in a JSON column.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    known: T,
    unread: Unread,
}

/// Fields of a stored object that this program does not know, or whose values it cannot read, as they are stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unread(Map<String, Value>);

impl<T> Stored<T> {
    /// One that is about to be stored for the first time.
    pub fn new(known: T) -> Self {
        Self::from_parts(known, Unread::default())
    }

    /// One of which the parts were kept apart.
    pub fn from_parts(known: T, unread: Unread) -> Self {
        Self { known, unread }
    }

    /// What is known of it, and what could not be read.
    pub fn into_parts(self) -> (T, Unread) {
        (self.known, self.unread)
    }
}

impl<T: Fields> Stored<T> {
    /// Reads what is stored; `None` for what is no object.
    pub fn read(json: &str) -> Option<Self> {
        debug_assert!(
            serde_json::from_str::<T>("{}").is_ok(),
            "a field must not be missing, so none can be read alone"
        );
        // Serde's structs would take a list as well.
        if json.trim_start().starts_with('{')
            && let Ok(known) = serde_json::from_str(json)
        {
            return Some(Self::new(known));
        }
        let Value::Object(object) = serde_json::from_str(json).ok()? else { return None };
        let (mut known, mut unread) = (Map::new(), Map::new());
        for (field, value) in object {
            match readable::<T>(&field, &value) {
                Some(part) => {
                    if part != value {
                        unread.insert(field.clone(), value);
                    }
                    known.insert(field, part);
                }
                None => {
                    if let Some(strictest) = T::strictest(&field) {
                        known.insert(field.clone(), strictest);
                    }
                    unread.insert(field, value);
                }
            }
        }
        let known = serde_json::from_value(Value::Object(known)).ok()?;
        Some(Self { known, unread: Unread(unread) })
    }

    /// What is to be stored, or shown: what is known, and what could not be read where that has not been changed.
    fn whole(&self) -> serde_json::Result<Map<String, Value>> {
        let Value::Object(mut whole) = serde_json::to_value(&self.known)? else { return Ok(Map::new()) };
        for (field, value) in &self.unread.0 {
            let stand_in = readable::<T>(field, value).or_else(|| T::strictest(field));
            let as_read = stand_in.map(|value| normal::<T>(field, value));
            if whole.get(field).is_none_or(|now| as_read.is_none_or(|as_read| *now == as_read)) {
                whole.insert(field.clone(), value.clone());
            }
        }
        Ok(whole)
    }
}

/// The part of a field's value that this program can read: all of it, or of a list the elements that it knows.
fn readable<T: Fields>(field: &str, value: &Value) -> Option<Value> {
    let fits = |value: &Value| serde_json::from_value::<T>(object(field, value.clone())).is_ok();
    match value {
        value if fits(value) => Some(value.clone()),
        Value::Array(elements) if fits(&Value::Array(Vec::new())) => {
            let known = |element: &&Value| fits(&Value::Array(vec![(*element).clone()]));
            Some(elements.iter().filter(known).cloned().collect())
        }
        _ => None,
    }
}

/// A value as this program would write it.
fn normal<T: Fields>(field: &str, value: Value) -> Value {
    let written = serde_json::from_value::<T>(object(field, value.clone())).and_then(serde_json::to_value);
    written.ok().and_then(|mut object| object.get_mut(field).map(Value::take)).unwrap_or(value)
}

fn object(field: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(field.to_owned(), value)]))
}

impl<T> Deref for Stored<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.known
    }
}

impl<T> DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.known
    }
}

impl<T: Fields> Serialize for Stored<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.unread.0.is_empty() {
            true => self.known.serialize(serializer),
            false => self.whole().map_err(serde::ser::Error::custom)?.serialize(serializer),
        }
    }
}

impl<T: Fields> FromValue for Stored<T> {
    fn from_value(value: SqlValue) -> Option<Self> {
        match value {
            SqlValue::Text(json) => Self::read(&json),
            SqlValue::Json(json) => Self::read(&json.to_string()),
            _ => None,
        }
    }
}

impl<T: JsonSchema> JsonSchema for Stored<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    enum Policy {
        Open,
        Closed,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Door {
        policy: Policy,
        guests: Vec<Policy>,
        colour: String,
    }

    impl Default for Door {
        fn default() -> Self {
            Self { policy: Policy::Open, guests: Vec::new(), colour: String::new() }
        }
    }

    impl Fields for Door {
        fn strictest(field: &str) -> Option<Value> {
            (field == "policy").then(|| json!("CLOSED"))
        }
    }

    fn read(json: Value) -> Stored<Door> {
        Stored::read(&json.to_string()).unwrap()
    }

    fn written(door: &Stored<Door>) -> Value {
        serde_json::to_value(door).unwrap()
    }

    #[test]
    fn what_is_known_is_read_as_it_is() {
        let door = read(json!({ "colour": "red" }));
        assert_eq!(*door, Door { colour: "red".into(), ..Door::default() });
        assert_eq!(written(&door), json!({ "policy": "OPEN", "guests": [], "colour": "red" }));
        assert!(Stored::<Door>::read("[]").is_none() && Stored::<Door>::read("{").is_none());
    }

    #[test]
    fn unknown_fields_live_through_a_change() {
        let mut door = read(json!({ "colour": "red", "bell": { "loud": true } }));
        door.colour = "blue".into();
        assert_eq!(
            written(&door),
            json!({ "policy": "OPEN", "guests": [], "colour": "blue", "bell": { "loud": true } })
        );
    }

    #[test]
    fn t68_an_unknown_word_counts_as_the_strictest_and_stays() {
        let mut door = read(json!({ "policy": "BY_APPOINTMENT", "guests": ["OPEN", "AT_NIGHT", "CLOSED"] }));
        assert_eq!((&door.policy, &door.guests[..]), (&Policy::Closed, &[Policy::Open, Policy::Closed][..]));
        door.colour = "blue".into();
        let kept = json!({ "policy": "BY_APPOINTMENT", "guests": ["OPEN", "AT_NIGHT", "CLOSED"], "colour": "blue" });
        assert_eq!(written(&door), kept);
    }

    #[test]
    fn what_is_changed_replaces_what_could_not_be_read() {
        let mut door = read(json!({ "policy": "BY_APPOINTMENT", "guests": ["OPEN", "AT_NIGHT"] }));
        (door.policy, door.guests) = (Policy::Open, vec![Policy::Closed]);
        assert_eq!(written(&door), json!({ "policy": "OPEN", "guests": ["CLOSED"], "colour": "" }));
        // A value of another kind altogether is a word that is not known.
        assert_eq!(read(json!({ "policy": 7 })).policy, Policy::Closed);
    }
}
