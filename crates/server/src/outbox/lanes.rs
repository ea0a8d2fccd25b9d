//! What is delivered at the same time, so that a recipient whose server is slow holds up nobody else.
//!
//! A delivery begins in one of a few quick places. One that takes long moves on to a slow place, and its destination (the
//! domain of an address, the host of a URL) is remembered: it has a few slow places at once and no quick one until it
//! answers in time again. So quick places are free soon, whoever hangs.

use super::kind::Kind;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How long a delivery may take in a quick place.
const PROMPT: Duration = Duration::from_secs(2);
/// Slow places of one destination.
const OF_DESTINATION: u32 = 8;
/// How long a destination counts as slow after it was.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Destinations that are remembered: tenants choose them, and they take memory.
const MOST: usize = 1000;

/// The places of one kind of message.
pub(super) struct Lanes {
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    kind: &'static Kind,
    destinations: Mutex<HashMap<String, Destination>>,
    freed: Notify,
}

/// A destination that was slow.
struct Destination {
    places: u32,
    until: Instant,
}

impl Lanes {
    pub(super) fn new(kind: &'static Kind) -> Arc<Self> {
        Arc::new(Self {
            quick: Arc::new(Semaphore::new(kind.at_once as usize)),
            slow: Arc::new(Semaphore::new(kind.slow_at_once as usize)),
            kind,
            destinations: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// All quick places that are free; waits until there is one.
    pub(super) async fn quick_places(&self) -> Vec<OwnedSemaphorePermit> {
        let first = self.quick.clone().acquire_owned().await.ok();
        let others = std::iter::from_fn(|| self.quick.clone().try_acquire_owned().ok());
        first.into_iter().chain(others).collect()
    }

    /// The destinations that get nothing more now, each between bars, for a statement.
    pub(super) fn full(&self) -> String {
        let none_free = self.slow.available_permits() == 0;
        let now = Instant::now();
        let mut destinations = self.destinations();
        destinations.retain(|_, destination| destination.places > 0 || destination.until > now);
        let full = destinations.iter().filter(|(_, at)| none_free || at.places >= OF_DESTINATION);
        full.fold(
            String::new(),
            |list, (name, _)| if list.is_empty() { format!("|{name}|") } else { list + name + "|" },
        )
    }

    /// Delivers in the place, or in a slow one where the destination is known to be slow.
    pub(super) async fn deliver(
        self: Arc<Self>,
        place: OwnedSemaphorePermit,
        to: String,
        delivery: impl Future<Output = ()>,
    ) {
        let mut place = place;
        let mut delivery = pin!(delivery);
        let began = Instant::now();
        if !self.is_slow(&to) && tokio::time::timeout(PROMPT, &mut delivery).await.is_ok() {
            return;
        }
        let slow = Slow::enter(&self, &to);
        tokio::select! {
            biased;
            Ok(free) = self.slow.clone().acquire_owned() => {
                place = free;
                delivery.await;
            }
            () = &mut delivery => {}
        }
        drop(slow);
        drop(place);
        if began.elapsed() < PROMPT {
            self.forget(&to);
        }
        self.freed.notify_one();
    }

    /// Waits until a slow place has become free.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Waits until nothing is delivered any more.
    pub(super) async fn empty(&self) {
        let _ = self.quick.acquire_many(self.kind.at_once).await;
        let _ = self.slow.acquire_many(self.kind.slow_at_once).await;
    }

    fn is_slow(&self, to: &str) -> bool {
        let now = Instant::now();
        self.destinations().get(to).is_some_and(|destination| destination.places > 0 || destination.until > now)
    }

    /// It answers in time again.
    fn forget(&self, to: &str) {
        if let Some(destination) = self.destinations().get_mut(to) {
            destination.until = Instant::now();
        }
    }

    fn destinations(&self) -> MutexGuard<'_, HashMap<String, Destination>> {
        self.destinations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One slow delivery, counted while it lasts.
struct Slow<'a> {
    lanes: &'a Lanes,
    to: &'a str,
}

impl<'a> Slow<'a> {
    fn enter(lanes: &'a Lanes, to: &'a str) -> Self {
        let until = Instant::now() + REMEMBERED;
        let mut destinations = lanes.destinations();
        if destinations.len() >= MOST {
            destinations.retain(|_, destination| destination.places > 0);
        }
        let destination = destinations.entry(to.to_owned()).or_insert(Destination { places: 0, until });
        destination.places += 1;
        destination.until = until;
        drop(destinations);
        Self { lanes, to }
    }
}

impl Drop for Slow<'_> {
    fn drop(&mut self) {
        if let Some(destination) = self.lanes.destinations().get_mut(self.to) {
            destination.places = destination.places.saturating_sub(1);
        }
    }
}
