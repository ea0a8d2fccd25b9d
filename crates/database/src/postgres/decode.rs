//! PostgreSQL's columns as the values SQLite would have stored.

use super::bind::EPOCH;
use crate::{Error, Result, Value, row::Columns};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};
use std::{error::Error as StdError, io};
use tokio_postgres::types::{FromSql, Oid, Type};

type Cause = Box<dyn StdError + Sync + Send>;

/// What a result's columns hold, and their names.
pub(super) struct Shape {
    types: Vec<Oid>,
    pub(super) names: Columns,
}

impl Shape {
    pub(super) fn of(description: Option<&RowDescriptionBody>) -> io::Result<Shape> {
        let (mut types, mut names) = (Vec::new(), Vec::new());
        if let Some(description) = description {
            let mut fields = description.fields();
            while let Some(field) = fields.next()? {
                types.push(field.type_oid());
                names.push(field.name().into());
            }
        }
        Ok(Shape { types, names: names.into() })
    }

    /// The values of a row.
    pub(super) fn values<'a>(&'a self, row: &'a DataRowBody) -> impl Iterator<Item = Result<Value>> + 'a {
        self.types.iter().zip(row.ranges().iterator()).map(|(ty, range)| match range.map_err(Error::other)? {
            Some(range) => value(*ty, row.buffer().get(range).unwrap_or_default()).map_err(Error::other),
            None => Ok(Value::Null),
        })
    }
}

fn value(oid: Oid, raw: &[u8]) -> Result<Value, Cause> {
    let ty = Type::from_oid(oid).unwrap_or(Type::ANY);
    Ok(match ty {
        Type::BOOL => Value::Int(bool::from_sql(&ty, raw)?.into()),
        Type::INT2 => Value::Int(i16::from_sql(&ty, raw)?.into()),
        Type::INT4 => Value::Int(i32::from_sql(&ty, raw)?.into()),
        Type::INT8 => Value::Int(i64::from_sql(&ty, raw)?),
        Type::OID => Value::Int(u32::from_sql(&ty, raw)?.into()),
        Type::FLOAT8 => Value::Text(f64::from_sql(&ty, raw)?.to_string()),
        Type::NUMERIC => Value::Int(numeric(raw)?),
        Type::BYTEA => Value::Bytes(raw.to_vec()),
        // The first byte is the version of the format.
        Type::JSONB => text(raw.get(1..).unwrap_or_default())?,
        Type::TIMESTAMPTZ | Type::TIMESTAMP => {
            Value::Int(i64::from_sql(&Type::INT8, raw)?.checked_add(EPOCH).ok_or("a time out of range")?)
        }
        Type::JSON | Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::VOID => text(raw)?,
        _ => return Err(format!("a column of type {oid}, which is not read here").into()),
    })
}

fn text(raw: &[u8]) -> Result<Value, Cause> {
    Ok(Value::Text(std::str::from_utf8(raw)?.to_owned()))
}

/// A whole number: `sum` of BIGINT answers NUMERIC. Sent as digits of base 10,000.
fn numeric(raw: &[u8]) -> Result<i64, Cause> {
    let word = |i: usize| raw.get(2 * i..2 * i + 2).map(|b| i16::from_be_bytes([b[0], b[1]])).ok_or("a short NUMERIC");
    let (count, weight, sign) = (word(0)?, word(1)?, word(2)?);
    let mut number: i128 = 0;
    // The first digit counts 10,000^weight; zeros at the end are left out.
    for place in 0..=weight.max(-1) {
        let digit = if place < count { word(4 + usize::try_from(place)?)? } else { 0 };
        number = number.checked_mul(10_000).ok_or("a NUMERIC out of range")? + i128::from(digit);
    }
    match sign {
        _ if count > weight + 1 => Err("a NUMERIC that is not whole".into()),
        0 => Ok(i64::try_from(number)?),
        0x4000 => Ok(i64::try_from(-number)?),
        _ => Err("a NUMERIC that is no number".into()),
    }
}
