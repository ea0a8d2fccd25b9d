//! Numbers of one name that labels tell apart.

use super::number::{Counter, Histogram};
use super::text::Samples;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The values of the labels.
type Values<const N: usize> = [Cow<'static, str>; N];

/// Numbers of one name, told apart by `N` labels. What the values of labels can be is bounded by the program: names of
/// operations, types of errors, kinds; never ids or addresses.
pub struct Family<M, const N: usize> {
    labels: [&'static str; N],
    make: fn() -> M,
    members: RwLock<BTreeMap<Values<N>, Arc<M>>>,
}

impl<M, const N: usize> Family<M, N> {
    /// With these labels and no member yet.
    pub fn new(labels: [&'static str; N], make: fn() -> M) -> Self {
        Self { labels, make, members: RwLock::default() }
    }

    /// The one with these values. Whoever asks often keeps it.
    pub fn get(&self, values: Values<N>) -> Arc<M> {
        // Nothing panics while it holds the lock.
        if let Some(known) = self.members.read().unwrap_or_else(PoisonError::into_inner).get(&values) {
            return known.clone();
        }
        let mut members = self.members.write().unwrap_or_else(PoisonError::into_inner);
        members.entry(values).or_insert_with(|| Arc::new((self.make)())).clone()
    }

    /// All there are, with their values.
    pub(super) fn all(&self) -> Vec<(Values<N>, Arc<M>)> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        members.iter().map(|(values, member)| (values.clone(), member.clone())).collect()
    }
}

impl<M: Metric, const N: usize> Family<M, N> {
    /// Writes all of them.
    pub fn write(&self, samples: &mut Samples<'_>) {
        for (values, member) in &*self.members.read().unwrap_or_else(PoisonError::into_inner) {
            let labels: Vec<_> = self.labels.into_iter().zip(values.iter().map(|value| &**value)).collect();
            member.write(samples, &labels);
        }
    }
}

/// What a family can have.
pub trait Metric {
    /// Writes one of it.
    fn write(&self, samples: &mut Samples<'_>, labels: &[(&str, &str)]);
}

impl Metric for Counter {
    fn write(&self, samples: &mut Samples<'_>, labels: &[(&str, &str)]) {
        samples.of(labels, self.get());
    }
}

impl Metric for Histogram {
    fn write(&self, samples: &mut Samples<'_>, labels: &[(&str, &str)]) {
        samples.histogram(labels, self);
    }
}
