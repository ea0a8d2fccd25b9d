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
        millis(self.0.elapsed()).saturating_add(1)
    }

    /// When a timer for this time is to ring: then, or in a day.
    pub(crate) fn instant(self, time: u64) -> Instant {
        self.0 + Duration::from_millis(time.saturating_sub(1).min(self.now().saturating_add(FAR)))
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(duration.subsec_millis().into())
}
