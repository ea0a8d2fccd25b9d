//! Transactions that have met others on the same rows, and are run again after each other.
//!
//! PostgreSQL refuses one that has waited for a row and finds it changed; run again at once, it meets those who have come meanwhile.
//! Who has lost once takes a turn: there is one who runs again for each thing at a time, and only new ones meet it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Things that share a number wait for each other's transactions, and nothing else comes of it.
const TURNS: usize = 64;

pub(super) struct Turns([Mutex<()>; TURNS]);

impl Turns {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }

    /// Waits for all in this process who have lost on the same thing before.
    pub(super) fn take(&self, thing: u64) -> MutexGuard<'_, ()> {
        // Smaller than TURNS, so nothing is cut off.
        let turn = &self.0[(thing % TURNS as u64) as usize];
        turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
