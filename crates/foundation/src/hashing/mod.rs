//! Hashing passwords: slow on purpose, so it has a bound of its own, in memory, in threads and in how many wait, and never
//! delays anything else (threat T-43).

mod threads;

use crate::error::{Error, Result};
use crate::metrics::{Counter, Histogram, Text};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};
use threads::Threads;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many may wait for each thread. With what a hash takes, some 20 to 40 ms, the last of them waits a second at most:
/// whoever would wait longer is better told to come back at once.
const QUEUE: usize = 24;
/// How long a hash waits for its turn at the most, where those before it take longer than ours do.
const WAIT: Duration = Duration::from_secs(3);
/// When to come back, in seconds.
const AGAIN: i64 = 2;
/// What the bound is counted in.
const KIB: u64 = 1024;

/// The bound on hashing in one process. Clones share it.
#[derive(Clone)]
pub struct Hashing {
    /// One for each KiB.
    memory: Arc<Semaphore>,
    kib: u32,
    processors: usize,
    /// One for each hash that is being computed: as many as there are processors.
    threads: Arc<Semaphore>,
    /// One for each that is being computed or waits.
    places: Arc<Semaphore>,
    /// None where the system would not have them.
    pool: Option<Arc<Threads>>,
    numbers: Arc<Numbers>,
}

#[derive(Default)]
struct Numbers {
    time: Histogram,
    refused: Counter,
}

impl Hashing {
    /// With so many bytes for all that is hashed at once.
    pub fn new(bytes: u64) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::on(processors, bytes)
    }

    fn on(processors: usize, bytes: u64) -> Self {
        let kib = u32::try_from(bytes / KIB).unwrap_or(u32::MAX).max(1);
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        let (threads, places) = (semaphore(processors), semaphore(processors * (1 + QUEUE)));
        let pool = Threads::new(processors).ok().map(Arc::new);
        Self { memory: semaphore(kib as usize), kib, processors, threads, places, pool, numbers: Arc::default() }
    }

    /// How many bytes there are for all that is hashed at once. What takes more can never be hashed.
    pub fn memory(&self) -> u64 {
        u64::from(self.kib) * KIB
    }

    /// Writes how busy it is.
    pub fn write(&self, text: &mut Text) {
        let running = self.processors.saturating_sub(self.threads.available_permits());
        let places = self.processors * (1 + QUEUE);
        let taken = places.saturating_sub(self.places.available_permits());
        text.gauge("guildhall_hashing_running", "Passwords that are being hashed").of(&[], running);
        text.gauge("guildhall_hashing_waiting", "Passwords that wait to be hashed")
            .of(&[], taken.saturating_sub(running));
        text.gauge("guildhall_hashing_places", "How many may be hashed and wait together").of(&[], places);
        text.counter("guildhall_hashing_refused_total", "Passwords that were not hashed, because too many waited")
            .of(&[], self.numbers.refused.get());
        text.histogram("guildhall_hashing_seconds", "Time to hash a password, its wait aside")
            .histogram(&[], &self.numbers.time);
    }

    /// Runs work that takes so many bytes of memory, on a thread that may be busy.
    ///
    /// # Errors
    /// `too_many_requests` at once when too many wait already; later when it does not get its turn in time; and when it
    /// takes more than there is for all.
    pub async fn run<T: Send + 'static>(&self, bytes: u64, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let Turn { thread, rest } = self.turn(bytes).await.inspect_err(|_| self.numbers.refused.inc())?;
        let numbers = self.numbers.clone();
        let pool = self.pool.as_ref().ok_or_else(busy)?;
        let settled = thread.settled.clone();
        let threads = self.threads.clone();
        let work = move || {
            let start = Instant::now();
            let result = work();
            numbers.time.observe(start.elapsed());
            // Held until the work is done, also when whoever asked for it has gone; and given back before they hear of it.
            drop((thread, rest));
            result
        };
        let beside = || {
            if !settled.swap(true, SeqCst) {
                threads.add_permits(1);
            }
        };
        pool.run(work, beside).await.map_err(|_| Error::internal("hashing a password ended in a panic"))
    }

    async fn turn(&self, bytes: u64) -> Result<Turn> {
        let kib = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
        if kib > self.kib {
            return Err(busy());
        }
        let place = self.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = async {
            let memory = self.memory.clone().acquire_many_owned(kib).await;
            let thread = self.threads.clone().acquire_owned().await;
            memory.and_then(|memory| Ok(Turn { thread: thread?.into(), rest: [place, memory] }))
        };
        tokio::time::timeout(WAIT, turn).await.map_err(|_| busy())?.map_err(|_| busy())
    }
}

fn busy() -> Error {
    let message = "Too many passwords are being checked at the moment. Wait as many seconds as Retry-After says.";
    Error::TooMany(message.into(), AGAIN)
}

/// What is held while a hash is computed.
struct Turn {
    thread: Place,
    rest: [OwnedSemaphorePermit; 2],
}

/// The place of a thread. Where it was given to another one meanwhile, it is not given back.
struct Place {
    permit: Option<OwnedSemaphorePermit>,
    /// Whether it was given to another one, or is no longer to be.
    settled: Arc<AtomicBool>,
}

impl From<OwnedSemaphorePermit> for Place {
    fn from(permit: OwnedSemaphorePermit) -> Self {
        Self { permit: Some(permit), settled: Arc::default() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.settled.swap(true, SeqCst)
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiError;
    use futures_util::FutureExt as _;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn t43_no_more_is_hashed_at_once_than_fits_into_memory() {
        let hashing = Hashing::on(4, 100 * KIB);
        let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let one = |_| {
            let (hashing, now, most) = (hashing.clone(), now.clone(), most.clone());
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(now.fetch_add(40, Ordering::SeqCst) + 40, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(40, Ordering::SeqCst);
                };
                hashing.run(40 * KIB, work).await
            })
        };
        let all: Vec<_> = (0..50).map(one).collect();
        for done in all {
            done.await.unwrap().unwrap();
        }
        assert!((40..=100).contains(&most.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn t43_what_does_not_fit_at_all_is_refused() {
        let hashing = Hashing::new(100 * KIB);
        assert_eq!(hashing.memory(), 100 * KIB);
        let refused = hashing.run(101 * KIB, || ()).await;
        assert_eq!(refused.unwrap_err().api(), Some(ApiError::TooManyRequests));
    }

    #[tokio::test]
    async fn t43_whoever_comes_when_too_many_wait_is_told_so_at_once() {
        let hashing = Hashing::on(1, KIB);
        let held = hashing.threads.clone().acquire_owned().await.unwrap();
        let mut waiting: Vec<_> = (0..=QUEUE).map(|_| Box::pin(hashing.run(1, || ()))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        // At once: it is not even waited for.
        let refused = hashing.run(1, || ()).now_or_never().unwrap().unwrap_err();
        assert!(matches!(refused, Error::TooMany(_, seconds) if seconds > 0));
        drop(held);
        // Whoever stops waiting leaves their place to others.
        waiting.pop();
        for one in waiting {
            one.await.unwrap();
        }
        assert!(hashing.run(1, || ()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn t43_whoever_waits_too_long_is_told_to_come_back() {
        let hashing = Hashing::new(KIB);
        let held = hashing.memory.clone().acquire_owned().await.unwrap();
        let refused = hashing.run(KIB, || ()).await;
        assert_eq!(refused.unwrap_err().api(), Some(ApiError::TooManyRequests));
        drop(held);
        assert!(hashing.run(KIB, || ()).await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn t74_a_panic_while_hashing_is_an_error_of_one_request() {
        let hashing = Hashing::new(KIB);
        assert!(hashing.run(KIB, || panic!("on purpose")).await.is_err());
        assert!(hashing.run(KIB, || ()).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_hashed_next_finds_the_thread_of_the_last() {
        let hashing = Hashing::on(1, KIB);
        let thread = || std::thread::current().id();
        assert_eq!(hashing.run(1, thread).await.unwrap(), hashing.run(1, thread).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn t43_a_hash_that_gets_no_processor_does_not_keep_others_waiting() {
        let hashing = Hashing::on(1, 2 * KIB);
        let hashing = Hashing { pool: hashing.pool.map(Threads::left_alone), ..hashing };
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let mut stuck = Box::pin(hashing.run(1, move || ended.recv()));
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut stuck).await.is_err());
        assert!(hashing.run(1, || ()).await.is_ok());
        end.send(()).unwrap();
        stuck.await.unwrap().unwrap();
        // And then there is one place again, and not two.
        assert_eq!(hashing.threads.available_permits(), 1);
    }
}
