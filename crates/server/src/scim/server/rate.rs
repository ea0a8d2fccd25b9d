//! How fast a directory may ask. Each connection has an allowance of its own, so that one in a hurry slows no other.

use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::memory::Memory;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use uuid::Uuid;

/// A burst may be what this many seconds allow: a first synchronisation has as many requests as there are people.
const BURST: f64 = 40.0;

/// Of so many connections it is remembered. Those that have all of their allowance need not be.
const MOST: usize = 10_000;

/// The allowances of this process.
struct Allowances {
    rate: f64,
    left: Mutex<HashMap<Uuid, Allowance>>,
}

/// What a connection may still ask, as of a moment.
#[derive(Clone, Copy)]
struct Allowance {
    left: f64,
    at: Instant,
}

impl Memory for Allowances {
    fn new(config: &Config) -> Self {
        Self { rate: f64::from(config.scim_rate), left: Mutex::default() }
    }
}

/// Takes a request from the allowance of a connection. A transaction that is run again was work again, and counts so.
///
/// # Errors
/// `too_many_requests`.
pub(super) fn admit(app: &App, connection: Uuid) -> Result<()> {
    let allowances = app.memory::<Allowances>();
    let mut left = allowances.left.lock().unwrap_or_else(PoisonError::into_inner);
    take(&mut left, allowances.rate, connection, Instant::now()).map_err(|seconds| {
        Error::TooMany("The directory asks too fast. Wait as many seconds as Retry-After says.".into(), seconds)
    })
}

/// Takes one from an allowance, or says in how many seconds there will be one.
fn take(left: &mut HashMap<Uuid, Allowance>, rate: f64, connection: Uuid, now: Instant) -> Result<(), i64> {
    let most = rate * BURST;
    let refilled = |known: &Allowance| (known.left + now.duration_since(known.at).as_secs_f64() * rate).min(most);
    if left.len() >= MOST && !left.contains_key(&connection) {
        left.retain(|_, known| refilled(known) < most);
        if left.len() >= MOST {
            left.clear();
        }
    }
    let known = left.entry(connection).or_insert(Allowance { left: most, at: now });
    let has = refilled(known);
    if has < 1.0 {
        return Err(((1.0 - has) / rate).ceil().max(1.0) as i64);
    }
    *known = Allowance { left: has - 1.0, at: now };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_that_asks_too_fast_waits_and_no_other_does() {
        let (mut left, begin) = (HashMap::new(), Instant::now());
        let (hasty, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for _ in 0..80 {
            assert_eq!(take(&mut left, 2.0, hasty, begin), Ok(()));
        }
        assert_eq!(take(&mut left, 2.0, hasty, begin), Err(1));
        assert_eq!(take(&mut left, 2.0, other, begin), Ok(()));
        let later = begin + Duration::from_secs(1);
        assert_eq!([0, 1, 2].map(|_| take(&mut left, 2.0, hasty, later).is_ok()), [true, true, false]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut left, now) = (HashMap::new(), Instant::now());
        for id in 0..(MOST as u128 + 100) {
            assert_eq!(take(&mut left, 1.0, Uuid::from_u128(id), now), Ok(()));
        }
        assert!(left.len() <= MOST);
    }
}
