//! What anybody can bring about as often as they like, and is told only so many times a minute.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines of one kind in the log.
pub struct Occasional {
    /// How many a minute.
    most: u32,
    window: Mutex<Window>,
}

struct Window {
    begun: Instant,
    told: u32,
    untold: u64,
}

const A_MINUTE: Duration = Duration::from_secs(60);

impl Occasional {
    /// So many a minute.
    pub fn new(most: u32) -> Self {
        Self { most, window: Mutex::new(Window { begun: Instant::now(), told: 0, untold: 0 }) }
    }

    /// Whether to tell this one: then with how many were not told since the last that was.
    pub fn tell(&self) -> Option<u64> {
        self.tell_at(Instant::now())
    }

    fn tell_at(&self, now: Instant) -> Option<u64> {
        // Nothing panics while it holds the lock.
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(window.begun) >= A_MINUTE {
            (window.begun, window.told) = (now, 0);
        }
        if window.told >= self.most {
            window.untold += 1;
            return None;
        }
        window.told += 1;
        Some(std::mem::take(&mut window.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_and_the_next_says_how_many_were_not_told() {
        let (lines, begun) = (Occasional::new(2), Instant::now());
        let at = |seconds| lines.tell_at(begun + Duration::from_secs(seconds));
        assert_eq!([at(0), at(1), at(2), at(59)], [Some(0), Some(0), None, None]);
        assert_eq!([at(61), at(62), at(63)], [Some(2), Some(0), None]);
        assert_eq!(at(200), Some(1));
    }
}
