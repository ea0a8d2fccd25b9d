//! Objects whose names are the same in any case (RFC 7643, section 2.1).

use serde_json::{Map, Value};

/// The name that stands in the object for a name in any case.
pub(crate) fn name_in<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    if let Some((key, _)) = object.get_key_value(name) {
        return Some(key);
    }
    object.keys().find(|key| key.eq_ignore_ascii_case(name)).map(String::as_str)
}

/// What stands under a name.
pub(crate) fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    name_in(object, name).and_then(|key| object.get(key))
}

/// What stands under a name, to change it.
pub(crate) fn get_mut<'a>(object: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Value> {
    let key = name_in(object, name)?.to_owned();
    object.get_mut(&key)
}

/// Puts a value under a name, in the place of what stands there in any case; takes it away if it is `null`.
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    match (name_in(object, name).map(str::to_owned), value.is_null()) {
        (Some(key), true) => drop(object.shift_remove(&key)),
        (Some(key), false) => drop(object.insert(key, value)),
        (None, true) => {}
        (None, false) => drop(object.insert(name.to_owned(), value)),
    }
}

/// Takes away what stands under a name.
pub(crate) fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = name_in(object, name)?.to_owned();
    object.shift_remove(&key)
}

/// Whether there is nothing in a value: it counts as absent (RFC 7643, section 2.5).
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.iter().all(is_nothing),
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
}
