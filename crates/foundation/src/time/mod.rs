//! Times on the wire are RFC 3339 in UTC with microseconds; `#[serde(with = "crate::time")]`.

use database::Timestamp;
use serde::{Deserialize, Deserializer, Serializer};

/// One second in microseconds.
pub const SECOND: i64 = 1_000_000;
/// One minute in microseconds.
pub const MINUTE: i64 = 60 * SECOND;

/// Whole seconds since 1970, as protocols count.
pub fn to_seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(SECOND)
}

/// The time so many seconds after 1970; the last there is, if that is beyond it.
pub fn from_seconds(seconds: i64) -> Timestamp {
    Timestamp(seconds.saturating_mul(SECOND))
}

/// The text of a time.
pub fn to_text(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map(|t| t.to_string()).unwrap_or_default()
}

/// A time some minutes later.
pub fn after_minutes(at: Timestamp, minutes: i64) -> Timestamp {
    Timestamp(at.0 + minutes * MINUTE)
}

pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_text(*at))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    parse(&String::deserialize(deserializer)?)
}

fn parse<E: serde::de::Error>(text: &str) -> Result<Timestamp, E> {
    let parsed: jiff::Timestamp = text.parse().map_err(E::custom)?;
    Ok(Timestamp(parsed.as_microsecond()))
}

pub mod optional;

/// The system's clock.
pub fn system_now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}
