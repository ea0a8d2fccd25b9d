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
        whole_millis(self.0.elapsed()).saturating_add(1)
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

fn whole_millis(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(duration.subsec_millis().into())
}

#[cfg(test)]
mod tests {
    use super::{Clock, limit};
    use std::time::Duration;
    use tokio::time::{advance, pause};

    /// However far into a millisecond it begins.
    #[tokio::test]
    async fn no_limit_ends_early() {
        pause();
        for micros in [0, 1, 500, 999] {
            let clock = Clock::start();
            advance(Duration::from_micros(micros)).await;
            let ends = clock.now() + limit(Duration::from_millis(300));
            advance(Duration::from_micros(299_999)).await;
            assert!(clock.now() < ends, "begun after {micros} µs");
            advance(Duration::from_millis(2)).await;
            assert!(clock.now() >= ends, "begun after {micros} µs");
        }
    }
}
