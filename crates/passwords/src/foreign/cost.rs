//! What verifying a hash takes, from its parameters alone.

use super::refused::{Reason, Refused};
use std::time::Duration;

/// What one verification takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Bytes.
    pub(crate) memory: u64,
    /// Nanoseconds of one processor of today, within a factor of two: computed, not measured, so that it is the same everywhere.
    pub(crate) nanoseconds: u64,
}

/// The most that one verification may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In bytes.
    pub memory: u64,
    /// Of one processor, as estimated.
    pub time: Duration,
}

impl Default for Limits {
    /// 320 MiB, and a second and a half: the largest scrypt that the API's description names (N = 2^18, r = 8), bcrypt
    /// with a cost of 14, three million iterations of PBKDF2 with SHA-256.
    fn default() -> Self {
        Self { memory: 320 << 20, time: Duration::from_millis(1500) }
    }
}

impl Limits {
    pub(crate) fn check(&self, cost: &Cost) -> Result<(), Refused> {
        if cost.memory > self.memory {
            let (needed, limit) = (cost.memory.div_ceil(1 << 20), self.memory >> 20);
            let message = format!("verifying this hash takes {needed} MiB of memory, and {limit} MiB is the most");
            return Err(Reason::ValidationTimeout.because(message));
        }
        if u128::from(cost.nanoseconds) > self.time.as_nanos() {
            let (needed, limit) = (cost.nanoseconds.div_ceil(1_000_000), self.time.as_millis());
            let message = format!("verifying this hash takes about {needed} ms, and {limit} ms is the most");
            return Err(Reason::ValidationTimeout.because(message));
        }
        Ok(())
    }
}
