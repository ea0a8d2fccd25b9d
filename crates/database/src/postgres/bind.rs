//! Values as PostgreSQL's parameters.

use crate::{Error, Result, Timestamp, Value};
use bytes::{BufMut, BytesMut};
use std::{error::Error as StdError, io::Write};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// 2000-01-01, from which PostgreSQL counts, in our microseconds.
pub(crate) const EPOCH: i64 = 946_684_800_000_000;

/// The arguments of a prepared statement. There may be more than it uses, as on SQLite, but not fewer.
pub(super) fn used<'a>(args: &'a [Value], parameters: &[Type]) -> Result<&'a [Value]> {
    args.get(..parameters.len()).ok_or_else(|| Error::other(format!("no argument for ${}", args.len() + 1)))
}

/// The type to announce for an argument of a statement that is not prepared. Most are sent as text of no type yet, and
/// PostgreSQL infers the type as it does when preparing.
pub(super) fn announced(value: &Value) -> &'static Type {
    match value {
        Value::Time(_) => &Type::TIMESTAMPTZ,
        Value::Bytes(_) => &Type::BYTEA,
        _ => &Type::UNKNOWN,
    }
}

fn is_time(ty: &Type) -> bool {
    matches!(*ty, Type::TIMESTAMPTZ | Type::TIMESTAMP)
}

/// An array as text, each element in quotes.
fn put_array(texts: &[String], out: &mut BytesMut) {
    out.put_u8(b'{');
    for (i, text) in texts.iter().enumerate() {
        out.put_slice(if i == 0 { b"\"" } else { b",\"" });
        for byte in text.bytes() {
            if matches!(byte, b'"' | b'\\') {
                out.put_u8(b'\\');
            }
            out.put_u8(byte);
        }
        out.put_u8(b'"');
    }
    out.put_u8(b'}');
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(x) if *ty == Type::INT8 => out.put_i64(*x),
            Value::Int(t) | Value::Time(Timestamp(t)) if is_time(ty) => {
                out.put_i64(t.checked_sub(EPOCH).ok_or("a time out of range")?);
            }
            Value::Int(x) | Value::Time(Timestamp(x)) => write!(out.writer(), "{x}")?,
            Value::Bool(x) if matches!(*ty, Type::INT2 | Type::INT4 | Type::INT8) => {
                out.put_u8(if *x { b'1' } else { b'0' });
            }
            Value::Bool(x) => out.put_slice(if *x { b"true" } else { b"false" }),
            Value::Text(x) => out.put_slice(x.as_bytes()),
            Value::Bytes(x) => out.put_slice(x),
            Value::Json(x) => serde_json::to_writer(out.writer(), x)?,
            Value::Texts(x) => put_array(x, out),
        }
        Ok(IsNull::No)
    }

    /// Text where its form is the same for all types that may stand there: a string fits VARCHAR as well as JSONB.
    fn encode_format(&self, ty: &Type) -> Format {
        match self {
            Value::Bytes(_) => Format::Binary,
            Value::Int(_) if *ty == Type::INT8 => Format::Binary,
            Value::Int(_) | Value::Time(_) if is_time(ty) => Format::Binary,
            _ => Format::Text,
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
