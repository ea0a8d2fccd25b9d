//! Objects of JSON (RFC 8259) that another party wrote.

use serde_json::{Map, Value};

/// An object of JSON. Of a name that occurs twice the last value counts (RFC 7519, section 4).
pub type Object = Map<String, Value>;

/// Bytes that are no object of JSON, or not one that is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is too long.
    #[error("it has {bytes} bytes, and may have {most}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// It is not JSON.
    #[error("it is not JSON")]
    NotJson,
    /// It is JSON, but no object.
    #[error("it is JSON, but not an object")]
    NotAnObject,
    /// A text in it has a null character, which databases cannot store.
    #[error("a text in it has a null character")]
    NullCharacter,
}

/// Reads an object of so many bytes at most. How deep it is nested is bounded as well (128).
pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Object, Unreadable> {
    if bytes.len() > most {
        return Err(Unreadable::TooLong { bytes: bytes.len(), most });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Unreadable::NotJson)?;
    if has_null_character(&value) {
        return Err(Unreadable::NullCharacter);
    }
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Unreadable::NotAnObject),
    }
}

fn has_null_character(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_null_character),
        Value::Object(object) => object.iter().any(|(name, value)| name.contains('\0') || has_null_character(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A text that is not empty.
pub(crate) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The value, unless it is `null`, which some providers write for what they do not have.
pub(crate) fn present<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// The texts of a list; what else is in it is passed over. Nothing, if it is not a list.
pub(crate) fn texts<'a>(object: &'a Object, name: &str) -> Option<Vec<&'a str>> {
    Some(object.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_objects_are_read() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let cases: [(&[u8], Unreadable); 8] = [
            (b"", Unreadable::NotJson),
            (b"<html>", Unreadable::NotJson),
            (b"{\"a\":1} x", Unreadable::NotJson),
            (b"{\"a\":\"\xff\"}", Unreadable::NotJson),
            (deep.as_bytes(), Unreadable::NotJson),
            (b"[1]", Unreadable::NotAnObject),
            (b"{\"a\":[{\"b\":\"\\u0000\"}]}", Unreadable::NullCharacter),
            (b"{\"a\\u0000\":1}", Unreadable::NullCharacter),
        ];
        for (bytes, refused) in cases {
            assert_eq!(read(bytes, 1 << 20), Err(refused));
        }
        assert_eq!(read(b"{}    ", 5), Err(Unreadable::TooLong { bytes: 6, most: 5 }));
        assert_eq!(read(b"\xEF\xBB\xBF{\"a\":1,\"a\":2}", 99).unwrap()["a"], 2);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>) {
            let _ = read(&bytes, 1 << 20);
        }
    }
}
