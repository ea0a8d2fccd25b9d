//! What was read a moment ago and is believed for a moment: what only operators change, and seldom.

use quick_cache::sync::Cache;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Values by key, each believed for as long as this says, by a clock that is never set back: what was removed stays
/// removed.
///
/// A key is `Copy`, so it has one size whatever a request says: what is remembered is bounded in bytes by how many there
/// are. What a client writes is remembered by its [fingerprint](crate::fingerprint).
pub struct Recent<K, V> {
    values: Cache<K, (V, Instant)>,
    believed: Duration,
}

/// How long what a request is identified by is believed, and what goes into every mail.
pub const A_SECOND: Duration = Duration::from_secs(1);

impl<K: Copy + Eq + Hash, V: Clone> Recent<K, V> {
    /// With room for so many.
    pub fn new(most: usize, believed: Duration) -> Self {
        Self { values: Cache::new(most), believed }
    }

    /// The value, if it is still believed.
    pub fn get(&self, key: &K) -> Option<V> {
        self.values.get(key).and_then(|(value, at)| (at.elapsed() < self.believed).then_some(value))
    }

    /// Takes in what was just read.
    pub fn insert(&self, key: K, value: V) {
        self.values.insert(key, (value, Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_is_not_believed() {
        let (fresh, stale) = (Recent::new(10, Duration::MAX), Recent::new(10, Duration::ZERO));
        for recent in [&fresh, &stale] {
            recent.insert(1, 2);
        }
        assert_eq!([fresh.get(&1), fresh.get(&2), stale.get(&1)], [Some(2), None, None]);
    }
}
