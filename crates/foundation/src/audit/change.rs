//! What an event changed: of a list what was added and removed, of an object the keys that differ, and never more than a few
//! kilobytes, however much was sent.

use crate::written::{Fields, Name, elements, fields, text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// What changed, by field. A value: `{before, after}`, of an object with the keys only that differ, and so of objects within, and of
/// lists within with the elements only that the other has not. A list: `{added, removed}`, both empty where only its order changed. In
/// place of what is too long to be told: `{omitted_bytes}`, the bytes of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Change(#[schemars(with = "Map<String, Value>")] BTreeMap<String, Box<RawValue>>);

/// The most bytes that one event tells.
const MOST: usize = 4096;

/// Whose it is and when it was changed, the event says itself.
const SAID_BY_THE_EVENT: &[&str] = &["organization_id", "member_id", "created_at", "updated_at"];

fn is_said_by_the_event(field: &str) -> bool {
    SAID_BY_THE_EVENT.contains(&field)
}

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
        Self::between(&BTreeMap::from([(field, text(before))]), &BTreeMap::from([(field, text(after))]))
    }

    /// What something new has: the fields that are not empty.
    pub fn created<T: Serialize>(new: &T) -> Self {
        Self(filled(&text(new)).map(|(field, value)| (field, told(RawValue::NULL, value))).collect())
    }

    /// What something had that is gone.
    pub fn deleted<T: Serialize>(old: &T) -> Self {
        Self(filled(&text(old)).map(|(field, value)| (field, told(value, RawValue::NULL))).collect())
    }

    /// The top-level fields in which two states of an object differ.
    pub fn between<T: Serialize, U: Serialize>(before: &T, after: &U) -> Self {
        let (before, after) = (text(before), text(after));
        let mut both = together(fields(&before), fields(&after));
        both.retain(|(field, ..)| !is_said_by_the_event(field));
        let differing = both.into_iter().filter_map(|(field, before, after)| {
            let (before, after) = difference(before.unwrap_or(RawValue::NULL), after.unwrap_or(RawValue::NULL))?;
            Some((field.to_string(), told(&before, &after)))
        });
        Self(differing.collect())
    }

    /// As much of it as an event tells: of the longest fields only how long they are.
    pub(super) fn bounded(mut self) -> Self {
        let mut whole =
            2 + self.0.iter().map(|(field, told)| text(field).get().len() + told.get().len() + 2).sum::<usize>();
        if whole <= MOST {
            return self;
        }
        let mut lengths: Vec<_> = self.0.iter().map(|(field, told)| (told.get().len(), field.clone())).collect();
        lengths.sort_unstable();
        while whole > MOST
            && let Some((bytes, field)) = lengths.pop()
        {
            let omitted = text(&BTreeMap::from([("omitted_bytes", bytes)]));
            whole = whole.saturating_sub(bytes) + omitted.get().len();
            self.0.insert(field, omitted);
        }
        self
    }
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        text(self).get() == text(other).get()
    }
}

/// What is told of a value.
#[derive(Serialize)]
struct States<'a> {
    before: &'a RawValue,
    after: &'a RawValue,
}

/// What is told of a list.
#[derive(Serialize)]
struct Elements<'a> {
    added: &'a RawValue,
    removed: &'a RawValue,
}

/// What there is to tell of one field.
fn told(before: &RawValue, after: &RawValue) -> Box<RawValue> {
    let none = text(&[(); 0]);
    let (removed, added) = match (before.get(), after.get()) {
        (was, is) if is_list(was) && is_list(is) => (before, after),
        (was, "null") if is_list(was) => (before, &*none),
        ("null", is) if is_list(is) => (&*none, after),
        _ => return text(&States { before, after }),
    };
    text(&Elements { added, removed })
}

fn is_list(text: &str) -> bool {
    text.starts_with('[')
}

/// The fields that are not empty.
fn filled(object: &RawValue) -> impl Iterator<Item = (String, &RawValue)> {
    let is_empty = |value: &RawValue| matches!(value.get(), "null" | "false" | r#""""# | "[]" | "{}");
    let filled =
        fields(object).into_iter().filter(move |(field, value)| !is_empty(value) && !is_said_by_the_event(field));
    filled.map(|(field, value)| (field.to_string(), value))
}

/// What two values have that the other has not: of objects the keys that differ, of lists the elements, and of what is within likewise. A
/// directory says much of a person, and changes little of it.
fn difference(before: &RawValue, after: &RawValue) -> Option<(Box<RawValue>, Box<RawValue>)> {
    match (before.get(), after.get()) {
        (was, is) if was == is => None,
        (was, is) if was.starts_with('{') && is.starts_with('{') => of_objects(fields(before), fields(after)),
        (was, is) if is_list(was) && is_list(is) => of_lists(&elements(before), &elements(after)),
        _ => (value(before) != value(after)).then(|| (before.to_owned(), after.to_owned())),
    }
}

fn value(text: &RawValue) -> Value {
    serde_json::from_str(text.get()).unwrap_or_default()
}

fn of_objects(before: Fields<'_>, after: Fields<'_>) -> Option<(Box<RawValue>, Box<RawValue>)> {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    for (key, before, after) in together(before, after) {
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => difference(before, after).unzip(),
            (before, after) => (before.map(RawValue::to_owned), after.map(RawValue::to_owned)),
        };
        was.extend(before.map(|before| (key.clone(), before)));
        is.extend(after.map(|after| (key, after)));
    }
    (!was.is_empty() || !is.is_empty()).then(|| (text(&was), text(&is)))
}

/// Each key of either, with its value in both.
fn together<'a>(
    before: Fields<'a>,
    mut after: Fields<'a>,
) -> Vec<(Name<'a>, Option<&'a RawValue>, Option<&'a RawValue>)> {
    let with_after = |(key, before)| {
        let after = after.remove(&key);
        (key, Some(before), after)
    };
    let mut both: Vec<_> = before.into_iter().map(with_after).collect();
    both.extend(after.into_iter().map(|(key, after)| (key, None, Some(after))));
    both
}

fn of_lists(before: &[&RawValue], after: &[&RawValue]) -> Option<(Box<RawValue>, Box<RawValue>)> {
    let (before, after) = without_common_begin(before, after);
    // As values, not as texts: PostgreSQL writes an object in another way than it was written.
    let values = |list: &[&RawValue]| list.iter().map(|element| value(element)).collect::<Vec<_>>();
    let (was, is) = (values(before), values(after));
    if was == is {
        return None;
    }
    let mut kept: HashMap<&Value, usize> = HashMap::new();
    for value in &was {
        *kept.entry(value).or_default() += 1;
    }
    let mut takes = |value: &Value| match kept.get_mut(value) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let added: Vec<_> = after.iter().zip(&is).filter(|(_, value)| !takes(value)).map(|(text, _)| text).collect();
    // What is left was in the list before and is not in it now.
    let mut removed: Vec<_> =
        before.iter().zip(&was).rev().filter(|(_, value)| takes(value)).map(|(text, _)| text).collect();
    removed.reverse();
    Some((text(&removed), text(&added)))
}

/// Most lists get longer at their end.
fn without_common_begin<'l, 'a>(
    before: &'l [&'a RawValue],
    after: &'l [&'a RawValue],
) -> (&'l [&'a RawValue], &'l [&'a RawValue]) {
    let same = before.iter().zip(after).take_while(|(before, after)| before.get() == after.get()).count();
    (&before[same..], &after[same..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn tells_the_elements_of_a_list_within_that_differ() {
        let of = |groups: Value| json!({ "m": { "groups": groups, "same": 1 } });
        let told = json!({ "m": { "before": { "groups": [1] }, "after": { "groups": [{ "a": 1 }] } } });
        assert_eq!(between(of(json!([1, 2, 2])), of(json!([2, { "a": 1 }, 2]))), told);
        assert_eq!(between(of(json!([{ "a": 1, "b": 2 }])), of(json!([{ "b": 2, "a": 1 }]))), json!({}));
        let told = json!({ "m": { "before": { "groups": [] }, "after": { "groups": [1] } } });
        assert_eq!(between(of(json!([{ "a": 1, "b": 2 }])), of(json!([1, { "b": 2, "a": 1 }]))), told);
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
        let bytes = json!({ "added": (0..2000).collect::<Vec<_>>(), "removed": [] }).to_string().len();
        assert_eq!(told["list"], json!({ "omitted_bytes": bytes }));
        assert_eq!((&told["a"]["after"], told["text"]["after"].as_str().map(str::len)), (&json!(1), Some(2000)));
        let many = Value::from_iter((0..40).map(|n| (format!("a_field_of_a_long_name_{n}"), json!("x".repeat(1000)))));
        let told = Change::created(&many).bounded();
        assert!(text(&told).get().len() <= MOST && told.0.len() == 40, "{} bytes", text(&told).get().len());
    }
}
