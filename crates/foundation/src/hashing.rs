//! Hashing passwords: slow on purpose, so it has a bound of its own, in memory and in threads, and never delays anything
//! else (threat T-43).

use crate::error::{ApiError, Error, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a hash waits for its turn. Whoever waits longer is better told to come back.
const WAIT: Duration = Duration::from_secs(3);
/// What the bound is counted in.
const KIB: u64 = 1024;

/// The bound on hashing in one process. Clones share it.
#[derive(Clone)]
pub struct Hashing {
    /// One for each KiB.
    memory: Arc<Semaphore>,
    kib: u32,
    /// One for each hash that is being computed: as many as there are processors, less one for everything else.
    threads: Arc<Semaphore>,
}

impl Hashing {
    /// With so many bytes for all that is hashed at once.
    pub fn new(bytes: u64) -> Self {
        let kib = u32::try_from(bytes / KIB).unwrap_or(u32::MAX).max(1);
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = processors.saturating_sub(1).max(1);
        Self { memory: Arc::new(Semaphore::new(kib as usize)), kib, threads: Arc::new(Semaphore::new(threads)) }
    }

    /// Runs work that takes so many bytes of memory, on a thread that may be busy.
    ///
    /// # Errors
    /// `too_many_requests` when it does not get its turn in time, or takes more than there is for all.
    pub async fn run<T: Send + 'static>(&self, bytes: u64, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let kib = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
        if kib > self.kib {
            return Err(busy());
        }
        let turn = async {
            let memory = self.memory.clone().acquire_many_owned(kib).await;
            let thread = self.threads.clone().acquire_owned().await;
            memory.and_then(|memory| Ok((memory, thread?)))
        };
        let turn = tokio::time::timeout(WAIT, turn).await.map_err(|_| busy())?.map_err(|_| busy())?;
        let working = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when whoever asked for it has gone.
            let _turn = turn;
            work()
        });
        working.await.map_err(|_| Error::internal("hashing a password ended in a panic"))
    }
}

fn busy() -> Error {
    ApiError::TooManyRequests.because("Too many passwords are being checked at the moment. Try again shortly.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn t43_no_more_is_hashed_at_once_than_fits_into_memory() {
        let hashing = Hashing::new(100 * KIB);
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
        let refused = Hashing::new(100 * KIB).run(101 * KIB, || ()).await;
        assert_eq!(refused.unwrap_err().api(), Some(ApiError::TooManyRequests));
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
}
