//! PostgreSQL's columns as the values SQLite would have stored.

use super::bind::EPOCH;
use crate::{Error, Result, Value};
use std::error::Error as StdError;
use tokio_postgres::{
    Row,
    types::{FromSql, Type, accepts},
};

type Cause = Box<dyn StdError + Sync + Send>;

/// The column as a value.
pub(crate) fn column(row: &Row, index: usize) -> Result<Value> {
    row.try_get::<_, Column>(index).map(|column| column.0).map_err(Error::other)
}

struct Column(Value);

impl<'a> FromSql<'a> for Column {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Cause> {
        Ok(Column(match *ty {
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::OID => Value::Int(u32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Text(f64::from_sql(ty, raw)?.to_string()),
            Type::NUMERIC => Value::Int(numeric(raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            // The first byte is the version of the format.
            Type::JSONB => text(raw.get(1..).unwrap_or_default())?,
            Type::TIMESTAMPTZ | Type::TIMESTAMP => {
                Value::Int(i64::from_sql(&Type::INT8, raw)?.checked_add(EPOCH).ok_or("a time out of range")?)
            }
            _ => text(raw)?,
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Cause> {
        Ok(Column(Value::Null))
    }

    accepts!(
        BOOL,
        INT2,
        INT4,
        INT8,
        OID,
        FLOAT8,
        NUMERIC,
        BYTEA,
        JSON,
        JSONB,
        TIMESTAMPTZ,
        TIMESTAMP,
        TEXT,
        VARCHAR,
        BPCHAR,
        NAME,
        UNKNOWN,
        VOID
    );
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
