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

/// Whole seconds from one time until another: what has begun of the next does not count.
pub fn seconds_until(at: Timestamp, now: Timestamp) -> i64 {
    to_seconds(Timestamp(at.0 - now.0))
}

/// How many seconds to wait for a time (`Retry-After`; RFC 9110, section 10.2.3): whoever waits so long does not come before it,
/// and nobody is told not to wait.
pub fn seconds_to_wait(until: Timestamp, now: Timestamp) -> i64 {
    (-seconds_until(now, until)).max(1)
}

/// The text of a time.
pub fn to_text(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map(|t| t.to_string()).unwrap_or_default()
}

/// A time some minutes later.
pub fn after_minutes(at: Timestamp, minutes: i64) -> Timestamp {
    Timestamp(at.0 + minutes * MINUTE)
}

/// How long ago that was, for people: `2 minutes ago`.
pub fn after_seconds(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp(at.0.saturating_add(seconds.saturating_mul(1_000_000)))
}

/// How long ago it was, for people.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let Some((count, unit)) = elapsed(at, now) else { return "just now".to_owned() };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// How long ago something was, by the largest unit of which that is one at least; nothing where it is just now.
pub fn elapsed(at: Timestamp, now: Timestamp) -> Option<(i64, &'static str)> {
    let seconds = seconds_until(now, at);
    match seconds {
        ..1 => None,
        1..60 => Some((seconds, "second")),
        60..3_600 => Some((seconds / 60, "minute")),
        3_600..86_400 => Some((seconds / 3_600, "hour")),
        _ => Some((seconds / 86_400, "day")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_is_told_in_the_largest_unit() {
        for (seconds, words) in [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 second ago"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (7_199, "1 hour ago"),
            (86_399, "23 hours ago"),
            (6 * 86_400, "6 days ago"),
        ] {
            assert_eq!(ago(from_seconds(0), from_seconds(seconds)), words);
        }
    }

    #[test]
    fn a_cookie_does_not_outlive_what_it_stands_for_and_who_waits_does_not_come_too_early() {
        let now = from_seconds(1_700_000_000);
        for (microseconds, whole, to_wait) in
            [(0, 0, 1), (1, 0, 1), (999_999, 0, 1), (SECOND, 1, 1), (SECOND + 1, 1, 2), (MINUTE, 60, 60), (-1, -1, 1)]
        {
            let at = Timestamp(now.0 + microseconds);
            assert_eq!((seconds_until(at, now), seconds_to_wait(at, now)), (whole, to_wait), "{microseconds}");
        }
    }
}
