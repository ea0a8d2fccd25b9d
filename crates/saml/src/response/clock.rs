//! Whether something has begun, or is over.

use crate::expected::Expected;
use crate::refused::Refused;

/// The time, give or take what clocks may differ by.
pub(super) struct Clock {
    now: i64,
    skew: i64,
}

impl Clock {
    pub(super) fn of(expected: &Expected<'_>) -> Self {
        Self { now: expected.now, skew: expected.skew() }
    }

    pub(super) fn has_begun(&self, what: &'static str, at: i64) -> Result<(), Refused> {
        match at <= self.now.saturating_add(self.skew) {
            true => Ok(()),
            false => Err(Refused::NotYetValid { what, at, now: self.now }),
        }
    }

    /// `at` itself is too late.
    pub(super) fn is_not_over(&self, what: &'static str, at: i64) -> Result<(), Refused> {
        match self.now.saturating_sub(self.skew) < at {
            true => Ok(()),
            false => Err(Refused::Expired { what, at, now: self.now }),
        }
    }
}
