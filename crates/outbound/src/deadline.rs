//! When a request has to be over, whatever it waits for.

use std::time::Duration;
use tokio::time::{Instant, error::Elapsed, timeout_at};

#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// A time that no clock reaches is no deadline.
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    /// This one, or that much time from now if that is sooner.
    pub(crate) fn or_after(self, time: Duration) -> Self {
        match (self, Self::after(time)) {
            (Self(Some(one)), Self(Some(other))) => Self(Some(one.min(other))),
            (Self(one), Self(other)) => Self(one.or(other)),
        }
    }

    pub(crate) async fn bound<F: Future>(self, work: F) -> Result<F::Output, Elapsed> {
        match self.0 {
            Some(instant) => timeout_at(instant, work).await,
            None => Ok(work.await),
        }
    }
}
