//! Numbers that any thread may count in at any time.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn inc(&self) {
        self.add(1);
    }
    /// So many more.
    pub fn add(&self, count: u64) {
        if count > 0 {
            self.0.fetch_add(count, Relaxed);
        }
    }
    /// How many there are.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How many bounds a histogram has. Each is twice the one before.
const BOUNDS: usize = 16;

/// The bounds of a histogram that begins with 0.1 ms, in seconds. What is beyond the last has a place of its own.
pub const BUCKETS: [f64; BOUNDS] = {
    let (mut bounds, mut bound, mut place) = ([0.0; BOUNDS], 0.0001, 0);
    while place < BOUNDS {
        bounds[place] = bound;
        bound *= 2.0;
        place += 1;
    }
    bounds
};

/// How long things take.
#[derive(Debug)]
pub struct Histogram {
    /// The first bound, in nanoseconds.
    first: u64,
    /// How many were within each bound and not within the one before; at last those beyond all.
    counts: [AtomicU64; BOUNDS + 1],
    nanoseconds: AtomicU64,
}

impl Default for Histogram {
    /// From 0.1 ms to some 3 s.
    fn default() -> Self {
        Self::from_first(Duration::from_micros(100))
    }
}

impl Histogram {
    /// From 10 ms to some 5 minutes, for what waits for others.
    pub fn slow() -> Self {
        Self::from_first(Duration::from_millis(10))
    }

    fn from_first(first: Duration) -> Self {
        Self { first: nanoseconds(first).max(1), counts: Default::default(), nanoseconds: AtomicU64::new(0) }
    }

    /// One has taken so long.
    pub fn observe(&self, elapsed: Duration) {
        let elapsed = nanoseconds(elapsed);
        self.counts[self.bucket(elapsed)].fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(elapsed, Relaxed);
    }

    /// The first whose bound it does not go beyond.
    fn bucket(&self, elapsed: u64) -> usize {
        let beyond = elapsed.saturating_sub(1) / self.first;
        ((u64::BITS - beyond.leading_zeros()) as usize).min(BOUNDS)
    }

    /// How many were within each bound and not within the one before; at last those beyond all.
    pub(super) fn counts(&self) -> [u64; BOUNDS + 1] {
        self.counts.each_ref().map(|count| count.load(Relaxed))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| count.load(Relaxed) == 0)
    }

    /// The bounds in seconds, the last of which is infinite, each with how many were within it.
    pub(super) fn cumulated(&self) -> [(f64, u64); BOUNDS + 1] {
        let (mut bound, mut within) = (Duration::from_nanos(self.first).as_secs_f64(), 0);
        let mut cumulated = self.counts.each_ref().map(|count| {
            within += count.load(Relaxed);
            let pair = (bound, within);
            bound *= 2.0;
            pair
        });
        cumulated[BOUNDS].0 = f64::INFINITY;
        cumulated
    }

    /// All of them together, in seconds.
    pub(super) fn sum(&self) -> f64 {
        Duration::from_nanos(self.nanoseconds.load(Relaxed)).as_secs_f64()
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_long_as_a_bound_is_within_it() {
        let cases: [(u64, f64); 8] = [
            (0, 0.0001),
            (1, 0.0001),
            (100_000, 0.0001),
            (100_001, 0.0002),
            (200_000, 0.0002),
            (200_001, 0.0004),
            (3_276_800_000, 3.2768),
            (3_276_800_001, f64::INFINITY),
        ];
        for (elapsed, bound) in cases {
            let histogram = Histogram::default();
            assert!(histogram.is_empty());
            histogram.observe(Duration::from_nanos(elapsed));
            let first = histogram.cumulated().into_iter().find(|(_, within)| *within == 1).unwrap();
            assert_eq!(first.0, bound, "{elapsed}");
            assert!(!histogram.is_empty());
        }
        let histogram = Histogram::slow();
        histogram.observe(Duration::MAX);
        assert_eq!(histogram.cumulated()[BOUNDS].1, 1);
    }
}
