//! What goes into a statement: loosely typed values, the same for both engines.

use std::borrow::Cow;

/// Microseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A parameter of a statement, or one column of a row.
///
/// Rows arrive as `Null`, `Int`, `Text` or `Bytes` on *both* engines, because SQLite stores nothing else: a boolean
/// is 0 or 1, a timestamp its microseconds, JSON its text. [`FromValue`](crate::FromValue) gives them their type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// BOOLEAN.
    Bool(bool),
    /// BIGINT, and whatever smaller integer PostgreSQL expects in its place.
    Int(i64),
    /// TEXT; also accepted for a JSONB column if it is JSON.
    Text(String),
    /// BYTEA.
    Bytes(Vec<u8>),
    /// JSONB.
    Json(serde_json::Value),
    /// TIMESTAMPTZ.
    Time(Timestamp),
    /// TEXT[]: as many texts as there are, in one argument. Only to be asked for with `= ANY($1)`.
    Texts(Vec<String>),
}

macro_rules! from_owned {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from(x: $from) -> Self {
                Value::$variant(x.into())
            }
        })*
    };
}
from_owned!(
    bool => Bool,
    i64 => Int, i32 => Int, i16 => Int, u32 => Int, u16 => Int, u8 => Int,
    String => Text, &str => Text, &String => Text, Box<str> => Text, Cow<'_, str> => Text,
    Vec<u8> => Bytes, &[u8] => Bytes,
    serde_json::Value => Json,
    Timestamp => Time,
);

macro_rules! from_borrowed {
    ($($from:ty),* $(,)?) => {
        $(impl From<&$from> for Value {
            fn from(x: &$from) -> Self {
                Value::from(x.clone())
            }
        })*
    };
}
from_borrowed!(bool, i64, i32, u32, &str, Vec<u8>, &[u8], serde_json::Value, Timestamp, Value);

impl From<&[String]> for Value {
    fn from(x: &[String]) -> Self {
        Value::Texts(x.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(x: [u8; N]) -> Self {
        Value::Bytes(x.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(x: &[u8; N]) -> Self {
        Value::Bytes(x.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(x: Option<T>) -> Self {
        x.map_or(Value::Null, Into::into)
    }
}

impl<T: Clone + Into<Value>> From<&Option<T>> for Value {
    fn from(x: &Option<T>) -> Self {
        x.clone().into()
    }
}

/// The arguments of a statement: `args![id, name]` is `&[Value::from(id), Value::from(name)]`.
#[macro_export]
macro_rules! args {
    ($($e:expr),* $(,)?) => {
        &[$($crate::Value::from($e)),*]
    };
}
