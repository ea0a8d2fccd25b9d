//! What an event changed: of a list what was added and removed, of an object the keys that differ, and never more than a few
//! kilobytes, however much was sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// What changed, by field. A value: `{before, after}`, of an object with the keys only that differ, and so of objects within. A list:
/// `{added, removed}`, both empty where only its order changed. In place of what is too long to be told: `{omitted_bytes}`, the bytes
/// of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Change(Map<String, Value>);

/// The most bytes that one event tells.
const MOST: usize = 4096;

/// Whose it is and when it was changed, the event says itself.
const SAID_BY_THE_EVENT: &[&str] = &["organization_id", "member_id", "created_at", "updated_at"];

impl Change {
    /// Nothing to tell about fields.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether no field differs.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// One field.
    pub fn of(field: &str, before: &impl Serialize, after: &impl Serialize) -> Self {
        Self::between(&json!({ field: before }), &json!({ field: after }))
    }

    /// What something new has: the fields that are not empty.
    pub fn created<T: Serialize>(new: &T) -> Self {
        Self(filled(new).map(|(field, value)| (field, entry(Value::Null, value))).collect())
    }

    /// What something had that is gone.
    pub fn deleted<T: Serialize>(old: &T) -> Self {
        Self(filled(old).map(|(field, value)| (field, entry(value, Value::Null))).collect())
    }

    /// The top-level fields in which two states of an object differ.
    pub fn between<T: Serialize>(before: &T, after: &T) -> Self {
        let (before, after) = (text(before), text(after));
        let (mut was, is) = differing(texts(&before), texts(&after));
        let mut change = Map::new();
        for (field, after) in is {
            let before = was.shift_remove(&field);
            if before.is_some() || !after.is_null() {
                change.insert(field, entry(before.unwrap_or_default(), after));
            }
        }
        change.extend(was.into_iter().map(|(field, before)| (field, entry(before, Value::Null))));
        change.retain(|field, _| !SAID_BY_THE_EVENT.contains(&field.as_str()));
        Self(change)
    }

    /// As much of it as an event tells: of the longest fields only how long they are.
    pub(super) fn bounded(mut self) -> Self {
        let mut whole = length(&self.0);
        if whole <= MOST {
            return self;
        }
        let mut lengths: Vec<_> = self.0.iter().map(|(field, told)| (length(told), field.clone())).collect();
        lengths.sort_unstable();
        while whole > MOST
            && let Some((bytes, field)) = lengths.pop()
        {
            let omitted = json!({ "omitted_bytes": bytes });
            whole = whole.saturating_sub(bytes) + length(&omitted);
            self.0.insert(field, omitted);
        }
        self
    }
}

fn length(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |json| json.len())
}

fn fields(value: &impl Serialize) -> Map<String, Value> {
    let mut fields = match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.retain(|field, _| !SAID_BY_THE_EVENT.contains(&field.as_str()));
    fields
}

/// The fields that are not empty.
fn filled(value: &impl Serialize) -> impl Iterator<Item = (String, Value)> {
    let is_empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    fields(value).into_iter().filter(move |(_, value)| !is_empty(value))
}

/// What there is to tell of one field.
fn entry(before: Value, after: Value) -> Value {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => of_list(before, after),
        (Value::Null, Value::Array(after)) => of_list(Vec::new(), after),
        (Value::Array(before), Value::Null) => of_list(before, Vec::new()),
        (before, after) => json!({ "before": before, "after": after }),
    }
}

/// An object as it is written.
fn text(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_default()
}

/// Its fields, each as it is written: most of two states are alike, and need not be read to see it.
fn texts(object: &str) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(object).unwrap_or_default()
}

fn value(text: &RawValue) -> Value {
    serde_json::from_str(text.get()).unwrap_or_default()
}

/// What two values have that the other has not: of objects the keys that differ, and of objects within likewise. A directory says much
/// of a person, and changes little of it.
fn difference(before: &RawValue, after: &RawValue) -> Option<(Value, Value)> {
    let (before_text, after_text) = (before.get(), after.get());
    if before_text == after_text {
        return None;
    }
    if !(before_text.starts_with('{') && after_text.starts_with('{')) {
        return Some((value(before), value(after))).filter(|(before, after)| before != after);
    }
    let (was, is) = differing(texts(before_text), texts(after_text));
    (!was.is_empty() || !is.is_empty()).then(|| (was.into(), is.into()))
}

/// The keys of two objects that differ, with what they were and what they are.
fn differing(
    before: BTreeMap<String, &RawValue>,
    mut after: BTreeMap<String, &RawValue>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for (key, before) in before {
        match after.remove(&key) {
            None => {
                was.insert(key, value(before));
            }
            Some(after) => {
                if let Some((before, after)) = difference(before, after) {
                    was.insert(key.clone(), before);
                    is.insert(key, after);
                }
            }
        }
    }
    is.extend(after.into_iter().map(|(key, after)| (key, value(after))));
    (was, is)
}

fn of_list(before: Vec<Value>, after: Vec<Value>) -> Value {
    let mut kept: HashMap<String, usize> = HashMap::new();
    for value in &before {
        *kept.entry(value.to_string()).or_default() += 1;
    }
    let mut takes = |value: &Value| match kept.get_mut(&value.to_string()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let added: Vec<_> = after.into_iter().filter(|value| !takes(value)).collect();
    // What is left was in the list before and is not in it now.
    let removed: Vec<_> = before.into_iter().rev().filter(takes).collect();
    json!({ "added": added, "removed": removed.into_iter().rev().collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(before: Value, after: Value) -> Value {
        json!(Change::between(&before, &after))
    }

    #[test]
    fn tells_the_fields_that_differ() {
        let (before, after) = (json!({ "a": 1, "b": 2, "updated_at": 1 }), json!({ "a": 1, "b": 3, "updated_at": 2 }));
        assert_eq!(Change::between(&before, &after), Change::of("b", &2, &3));
        assert_eq!(Change::between(&before, &before), Change::none());
        assert_eq!(Change::between(&json!({ "a": 1 }), &json!({})), Change::of("a", &1, &Value::Null));
    }

    #[test]
    fn tells_what_was_added_to_a_list_and_removed_from_it() {
        let changed = |before: Value, after: Value| between(json!({ "l": before }), json!({ "l": after }));
        let told = |added: Value, removed: Value| json!({ "l": { "added": added, "removed": removed } });
        assert_eq!(changed(json!([1, 2, 3]), json!([3, 4, 1])), told(json!([4]), json!([2])));
        assert_eq!(changed(json!([1, 1, 2, 1]), json!([1])), told(json!([]), json!([1, 2, 1])));
        assert_eq!(changed(json!([1]), json!([1, 1])), told(json!([1]), json!([])));
        assert_eq!(changed(json!([1, 2]), json!([2, 1])), told(json!([]), json!([])));
        assert_eq!(changed(json!([{ "a": 1 }]), json!([{ "a": 2 }])), told(json!([{ "a": 2 }]), json!([{ "a": 1 }])));
        assert_eq!(changed(json!([1]), json!(null)), told(json!([]), json!([1])));
    }

    #[test]
    fn tells_the_keys_of_an_object_that_differ() {
        let (before, after) = (json!({ "m": { "same": 1, "a": 1, "gone": 0 } }), json!({ "m": { "same": 1, "a": 2 } }));
        let told = json!({ "m": { "before": { "a": 1, "gone": 0 }, "after": { "a": 2 } } });
        assert_eq!(between(before, after), told);
        let of = |x: i32, z: Value| json!({ "m": { "in": { "x": x, "same": [1], "z": z }, "same": {} } });
        let told = json!({ "m": { "before": { "in": { "x": 1, "z": {} } }, "after": { "in": { "x": 2, "z": 3 } } } });
        assert_eq!(between(of(1, json!({})), of(2, json!(3))), told);
    }

    #[test]
    fn tells_what_something_new_has_and_what_is_gone_had() {
        let new = json!({ "name": "Ada", "none": null, "no": false, "empty": "", "roles": [1], "created_at": "now" });
        let told = json!({ "name": { "before": null, "after": "Ada" }, "roles": { "added": [1], "removed": [] } });
        assert_eq!(json!(Change::created(&new)), told);
        let told = json!({ "name": { "before": "Ada", "after": null }, "roles": { "added": [], "removed": [1] } });
        assert_eq!(json!(Change::deleted(&new)), told);
    }

    #[test]
    fn tells_of_the_longest_only_how_long_it_is() {
        let short = json!({ "a": 1, "text": "x".repeat(2000) });
        let change = Change::between(&json!({}), &short);
        assert_eq!(change.clone().bounded(), change);
        let long = json!({ "a": 1, "text": "x".repeat(2000), "list": (0..2000).collect::<Vec<_>>() });
        let told = json!(Change::between(&json!({}), &long).bounded());
        let bytes = length(&json!({ "added": (0..2000).collect::<Vec<_>>(), "removed": [] }));
        assert_eq!(told["list"], json!({ "omitted_bytes": bytes }));
        assert_eq!((&told["a"]["after"], told["text"]["after"].as_str().map(str::len)), (&json!(1), Some(2000)));
        let many = Value::from_iter((0..40).map(|n| (format!("a_field_of_a_long_name_{n}"), json!("x".repeat(1000)))));
        let told = Change::created(&many).bounded();
        assert!(length(&told) <= MOST && told.0.len() == 40, "{} bytes", length(&told));
    }
}
