//! What others publish, asked for by whoever needs it first and believed for a while by all.

use super::fault::Fault;
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long nobody asks again after it has failed. Those who wait meanwhile share the failure.
const FAILED: Duration = Duration::from_secs(5);

/// Values by the fingerprint of their address.
pub(super) struct Published<T> {
    places: Cache<u128, Arc<Place<T>>>,
}

struct Place<T> {
    known: Mutex<Known<T>>,
    /// One asks at a time. Whoever finds what they need asks nobody, and waits for nobody.
    asking: tokio::sync::Mutex<()>,
}

struct Known<T> {
    value: Option<(Instant, Arc<T>)>,
    fault: Option<(Instant, Fault)>,
    /// When somebody last asked for a newer value than the one that was believed.
    renewed: Option<Instant>,
}

impl<T> Published<T> {
    /// With room for so many.
    pub(super) fn new(most: usize) -> Self {
        Self { places: Cache::new(most) }
    }

    /// The value as it was so long ago at most, or what asking for it now brings. A failure takes away nothing that is known.
    pub(super) async fn get(
        &self,
        key: u128,
        at_most: Duration,
        asking: impl Future<Output = Result<T, Fault>>,
    ) -> Result<Arc<T>, Fault> {
        let place = self.place(key);
        if let Some(value) = place.value(at_most) {
            return Ok(value);
        }
        let _one = place.asking.lock().await;
        if let Some(known) = place.value(at_most).map(Ok).or_else(|| place.fault(at_most).map(Err)) {
            return known;
        }
        let outcome = asking.await.map(Arc::new);
        place.learn(&outcome);
        outcome
    }

    /// What there is instead of a value that does not do: what somebody else has brought meanwhile, or what asking now brings. If
    /// somebody has asked for the same reason in that time, it is the newest there is.
    pub(super) async fn newer(
        &self,
        key: u128,
        than: &Arc<T>,
        every: Duration,
        asking: impl Future<Output = Result<T, Fault>>,
    ) -> Result<Arc<T>, Fault> {
        let place = self.place(key);
        let _one = place.asking.lock().await;
        if let Some(other) = place.value(Duration::MAX).filter(|other| !Arc::ptr_eq(other, than)) {
            return Ok(other);
        }
        if let Some(fault) = place.fault(every) {
            return Err(fault);
        }
        if place.was_renewed(every) {
            return Ok(than.clone());
        }
        let outcome = asking.await.map(Arc::new);
        place.learn(&outcome);
        if outcome.is_ok() {
            place.known.lock().unwrap_or_else(PoisonError::into_inner).renewed = Some(Instant::now());
        }
        outcome
    }

    fn place(&self, key: u128) -> Arc<Place<T>> {
        let Ok(place) = self.places.get_or_insert_with(&key, || Ok::<_, Infallible>(Arc::new(Place::new())));
        place
    }
}

impl<T> Place<T> {
    fn new() -> Self {
        let known = Mutex::new(Known { value: None, fault: None, renewed: None });
        Self { known, asking: tokio::sync::Mutex::new(()) }
    }

    fn value(&self, at_most: Duration) -> Option<Arc<T>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = known.value.as_ref()?;
        (at.elapsed() < at_most).then(|| value.clone())
    }

    fn fault(&self, at_most: Duration) -> Option<Fault> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, fault) = known.fault.as_ref()?;
        (at.elapsed() < at_most.min(FAILED)).then(|| fault.clone())
    }

    /// Whether somebody has brought a newer value in that time, or the same once more.
    fn was_renewed(&self, every: Duration) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.renewed.is_some_and(|at| at.elapsed() < every)
    }

    fn learn(&self, outcome: &Result<Arc<T>, Fault>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(value) => {
                known.value = Some((Instant::now(), value.clone()));
                known.fault = None;
            }
            Err(fault) => known.fault = Some((Instant::now(), fault.clone())),
        }
    }
}
