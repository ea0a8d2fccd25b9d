//! Time as one number, so that it fits an atomic.

use std::time::Duration;
use tokio::time::Instant;

/// A day: no timer is set for longer.
const FAR: u64 = 24 * 60 * 60 * 1000;

/// Counts milliseconds from 1, so that 0 can mean "not".
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> u64 {
        reading(self.0.elapsed())
    }

    /// When a timer for this time is to ring: then, or in a day.
    pub(crate) fn instant(self, time: u64) -> Instant {
        self.0 + Duration::from_millis(time.saturating_sub(1).min(self.now().saturating_add(FAR)))
    }
}

/// A limit in milliseconds that never ends early: the clock may be a part of a millisecond behind when it begins.
pub(crate) fn limit(duration: Duration) -> u64 {
    whole_millis(duration).saturating_add(1)
}

/// What the clock shows after this time.
fn reading(elapsed: Duration) -> u64 {
    whole_millis(elapsed).saturating_add(1)
}

fn whole_millis(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(duration.subsec_millis().into())
}

#[cfg(test)]
mod tests {
    use super::{limit, reading};
    use std::time::Duration;

    /// However far into a millisecond it begins, and no more than a millisecond late.
    #[test]
    fn no_limit_ends_early() {
        let time = Duration::from_millis(300);
        for begin in [0, 1, 500, 999, 1000, 1999].map(Duration::from_micros) {
            let ends = reading(begin) + limit(time);
            assert!(reading(begin + time - Duration::from_micros(1)) < ends, "{begin:?}");
            assert!(reading(begin + time + Duration::from_millis(1)) >= ends, "{begin:?}");
        }
    }
}
