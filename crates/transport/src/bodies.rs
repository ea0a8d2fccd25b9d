//! Reading request bodies into memory that is bounded for all of them together.

use crate::Limits;
use crate::request_body::BodyError;
use bytes::Bytes;
use http_body::Body;
use std::error::Error;
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory is counted in these, so that it fits the semaphore on every machine.
const UNIT: usize = 1 << 10;

/// The memory for request bodies.
#[derive(Debug, Clone)]
pub struct Bodies {
    free: Arc<Semaphore>,
    all: usize,
    small: usize,
    wait: Duration,
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is larger than the endpoint reads: 413 (RFC 9110, 15.5.14).
    #[error("the request body is too large")]
    TooLarge,
    /// It was not complete within [`Limits::body`]: 408 (RFC 9110, 15.5.9).
    #[error("the request body did not come in time")]
    TooSlow,
    /// Other bodies have the memory: 503 (RFC 9110, 15.6.4).
    #[error("too many request bodies are being read")]
    Busy,
    /// The client went away, or sent something else than it had announced: 400.
    #[error("the request body ended early")]
    EndedEarly,
}

/// A whole body. It holds its part of the memory until it is dropped.
#[derive(Debug)]
pub struct Received {
    bytes: Bytes,
    completed_at: Instant,
    _share: Option<OwnedSemaphorePermit>,
}

impl Received {
    /// When its last byte was there. What has a time of its own, such as a login, happens then and not when the head came.
    #[must_use]
    pub fn completed_at(&self) -> Instant {
        self.completed_at
    }
}

impl Deref for Received {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Received {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Bodies {
    /// As much memory as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let all = (limits.body_bytes / UNIT).min(u32::MAX as usize);
        let (small, wait) = (limits.small_body_bytes, limits.body_wait);
        Self { free: Arc::new(Semaphore::new(all)), all, small, wait }
    }

    /// Bytes that are taken, small bodies aside.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.all.saturating_sub(self.free.available_permits()) * UNIT
    }

    /// Reads a body of at most `limit` bytes.
    ///
    /// A body that announces more is refused before any of it is read, and before the client is told to go on (RFC 9110,
    /// 10.1.1). Answer at once: the server lets the client see the answer while it still sends.
    ///
    /// # Errors
    /// When it is too large, too slow, ends early, or does not find memory within [`Limits::body_wait`].
    pub async fn read<B>(&self, body: B, limit: usize) -> Result<Received, Refused>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut body = pin!(body);
        let announced = body.size_hint();
        if announced.lower() > limit as u64 {
            return Err(Refused::TooLarge);
        }
        let Some(first) = next(body.as_mut()).await? else { return Ok(Received::new(Bytes::new(), None)) };
        if first.len() > limit {
            return Err(Refused::TooLarge);
        }
        if body.is_end_stream() && first.len() <= self.small {
            return Ok(Received::new(first, None));
        }
        let largest = announced.exact().and_then(|exact| usize::try_from(exact).ok()).unwrap_or(limit);
        let mut gathered = Gathered { bodies: self, bytes: Vec::new(), largest: largest.min(limit), share: None };
        gathered.add(first).await?;
        while !body.is_end_stream() {
            let Some(part) = next(body.as_mut()).await? else { break };
            if part.len() > limit - gathered.bytes.len() {
                return Err(Refused::TooLarge);
            }
            gathered.add(part).await?;
        }
        Ok(Received::new(gathered.bytes.into(), gathered.share))
    }

    /// Some more memory.
    async fn take(&self, units: usize) -> Result<OwnedSemaphorePermit, Refused> {
        let units = u32::try_from(units).map_err(|_| Refused::Busy)?;
        if let Ok(share) = self.free.clone().try_acquire_many_owned(units) {
            return Ok(share);
        }
        let waiting = self.free.clone().acquire_many_owned(units);
        tokio::time::timeout(self.wait, waiting).await.ok().and_then(Result::ok).ok_or(Refused::Busy)
    }
}

impl Received {
    fn new(bytes: Bytes, share: Option<OwnedSemaphorePermit>) -> Self {
        Self { bytes, completed_at: Instant::now(), _share: share }
    }
}

/// A body that comes in parts.
struct Gathered<'a> {
    bodies: &'a Bodies,
    bytes: Vec<u8>,
    /// It will not be larger.
    largest: usize,
    share: Option<OwnedSemaphorePermit>,
}

impl Gathered<'_> {
    async fn add(&mut self, part: Bytes) -> Result<(), Refused> {
        let length = self.bytes.len() + part.len();
        if length > self.bytes.capacity() {
            let capacity = length.max(self.bytes.capacity() * 2).min(self.largest.max(length));
            self.take_for(capacity).await?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(&part);
        Ok(())
    }

    async fn take_for(&mut self, capacity: usize) -> Result<(), Refused> {
        let units = capacity.saturating_sub(self.bodies.small).div_ceil(UNIT);
        if units > self.bodies.all {
            // Whoever waited for more than there is would only keep others waiting.
            return Err(Refused::Busy);
        }
        let more = units.saturating_sub(self.share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        if more == 0 {
            return Ok(());
        }
        let more = self.bodies.take(more).await?;
        match &mut self.share {
            Some(share) => share.merge(more),
            None => self.share = Some(more),
        }
        Ok(())
    }
}

/// The next part of a body, or its end.
async fn next<B>(mut body: Pin<&mut B>) -> Result<Option<Bytes>, Refused>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    loop {
        match std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            None => return Ok(None),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(part) if part.is_empty() => {}
                Ok(part) => return Ok(Some(part)),
                // Trailers say nothing that we want to know.
                Err(_) => {}
            },
            Some(Err(error)) => return Err(refusal(&*error.into())),
        }
    }
}

/// Why it could not be read. Frameworks wrap errors of bodies in their own.
fn refusal(error: &(dyn Error + 'static)) -> Refused {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(BodyError::TooSlow) = error.downcast_ref() {
            return Refused::TooSlow;
        }
        cause = error.source();
    }
    Refused::EndedEarly
}
