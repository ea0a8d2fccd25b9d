//! How long answers took: what this process has measured since it was last asked.

use foundation::app::App;
use foundation::metrics::BUCKETS;
use std::collections::BTreeMap;

/// The kind in which an operation is counted.
pub(crate) type KindOf = fn(&str) -> &'static str;

/// What was told already, by kind and bucket.
pub(super) type Latencies = BTreeMap<(&'static str, usize), u64>;

/// How many requests of each kind fell into each bucket since this was last asked.
pub(super) fn since(app: &App, kind: KindOf, told: &mut Latencies) -> Vec<(&'static str, i64, i64)> {
    let mut now = Latencies::new();
    for (operation, counts) in app.metrics().latencies() {
        for (bucket, count) in counts.into_iter().enumerate() {
            *now.entry((kind(&operation), bucket)).or_default() += count;
        }
    }
    let more = |(&(kind, bucket), count): (&(&'static str, usize), &u64)| {
        let new = count.saturating_sub(told.get(&(kind, bucket)).copied().unwrap_or_default());
        (new > 0).then_some((kind, bucket as i64, i64::try_from(new).unwrap_or(i64::MAX)))
    };
    let since = now.iter().filter_map(more).collect();
    *told = now;
    since
}

/// The longest that what is in this bucket took, in seconds.
pub(super) fn bound(bucket: i64) -> f64 {
    let bucket = usize::try_from(bucket).unwrap_or(BUCKETS.len());
    BUCKETS.get(bucket).copied().unwrap_or(f64::INFINITY)
}
