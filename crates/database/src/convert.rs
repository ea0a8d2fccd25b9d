//! What comes out of a row: values by their Rust type.

use crate::{Timestamp, Value};
use serde::{Serialize, de::DeserializeOwned};

/// A type one column can be read as. It takes the value, so that strings move and are not copied.
///
/// Conversions are as generous as the engines differ: `data->>'n'` is text on PostgreSQL and a number on SQLite.
pub trait FromValue: Sized {
    /// The value in this type, or `None` if it is not one.
    fn from_value(v: Value) -> Option<Self>;
}

impl FromValue for Value {
    fn from_value(v: Value) -> Option<Self> {
        Some(v)
    }
}

impl FromValue for String {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Text(x) => Some(x),
            Value::Int(x) => Some(x.to_string()),
            Value::Json(x) => Some(x.to_string()),
            _ => None,
        }
    }
}

impl FromValue for i64 {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Int(x) => Some(x),
            Value::Bool(x) => Some(x.into()),
            Value::Time(Timestamp(x)) => Some(x),
            Value::Text(x) => x.parse().ok(),
            _ => None,
        }
    }
}

macro_rules! narrower {
    ($($t:ty),*) => {
        $(impl FromValue for $t {
            fn from_value(v: Value) -> Option<Self> {
                i64::from_value(v)?.try_into().ok()
            }
        })*
    };
}
narrower!(i32, i16, u64, u32, u16, u8);

impl FromValue for bool {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Bool(x) => Some(x),
            Value::Int(x) => Some(x != 0),
            Value::Text(x) => x.parse().ok(),
            _ => None,
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Time(x) => Some(x),
            Value::Int(x) => Some(Timestamp(x)),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Bytes(x) => Some(x),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(v: Value) -> Option<Self> {
        Vec::from_value(v)?.try_into().ok()
    }
}

impl FromValue for serde_json::Value {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Json(x) => Some(x),
            Value::Text(x) => serde_json::from_str(&x).ok(),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Null => Some(None),
            v => T::from_value(v).map(Some),
        }
    }
}

/// A JSON column with a Rust type: read by deserializing, written by serializing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(v: Value) -> Option<Self> {
        match v {
            Value::Text(x) => serde_json::from_str(&x),
            Value::Json(x) => serde_json::from_value(x),
            _ => return None,
        }
        // The caller learns only that the type is another one; what serde missed helps whoever reads the log. Its
        // message names fields and types and quotes no more than one scalar.
        .inspect_err(|e| tracing::error!(error = %e, "a JSON column does not fit its type"))
        .ok()
        .map(Json)
    }
}

impl<T: Serialize> From<&Json<T>> for Value {
    fn from(x: &Json<T>) -> Self {
        // Straight to text, which both engines take for a JSON column: no tree in between.
        serde_json::to_string(&x.0).map_or_else(
            |e| {
                // Only a map with non-string keys gets here, a mistake in the program. A NOT NULL column refuses it.
                tracing::error!(error = %e, "a value cannot be written as JSON");
                Value::Null
            },
            Value::Text,
        )
    }
}

impl<T: Serialize> From<Json<T>> for Value {
    fn from(x: Json<T>) -> Self {
        Value::from(&x)
    }
}
