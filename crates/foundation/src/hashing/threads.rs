//! The threads that hash, and how much they give way.
//!
//! Hashing may have all processors while nobody else wants them, and a session check beside it is not to wait. So the threads take
//! what is left over (`SCHED_IDLE` of Linux). While something else keeps the machine busy that would be next to nothing, and nobody
//! could log in; then, and until it is known, others take their place, which get a third of what somebody else gets.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinError;
use tokio::time::timeout;

/// How long a thread waits for the next hash. One that follows on another finds its memory still there, and it is a fifth of the
/// work to be given so much anew.
const KEPT: Duration = Duration::from_secs(2);
/// How long a hash may take before somebody looks whether it is kept from a processor.
const LONG: Duration = Duration::from_millis(500);
/// A hash that takes so many times as long as a processor worked for it is kept from one.
const KEPT_FROM: u32 = 4;
/// One that takes less than so many times as long is not; so many of these in a row end it.
const LEFT_ALONE: u32 = 2;
const IN_A_ROW: u32 = 8;

/// The threads of one process.
pub(super) struct Threads {
    left_over: Pool,
    sharing: Pool,
    busy: Arc<Busy>,
}

/// Whether something else keeps the machine busy. At first it may.
struct Busy {
    is: AtomicBool,
    left_alone: AtomicU32,
}

impl Default for Busy {
    fn default() -> Self {
        Self { is: AtomicBool::new(true), left_alone: AtomicU32::new(0) }
    }
}

impl Busy {
    fn begin(&self) {
        self.left_alone.store(0, Relaxed);
        self.is.store(true, Relaxed);
    }

    /// Learns from what a hash took, and what of it a processor worked.
    fn learn(&self, took: Duration, worked: Duration) {
        if took > LONG && took > worked * KEPT_FROM {
            self.begin();
        } else if took >= worked * LEFT_ALONE {
            self.left_alone.store(0, Relaxed);
        } else if self.left_alone.fetch_add(1, Relaxed) + 1 >= IN_A_ROW {
            self.is.store(false, Relaxed);
        }
    }
}

impl Threads {
    /// So many at once. An error where the system would not have them.
    pub(super) fn new(threads: usize) -> io::Result<Self> {
        let (left_over, sharing) = (Pool::new(threads, take_what_is_left)?, Pool::new(threads, give_way)?);
        Ok(Self { left_over, sharing, busy: Arc::default() })
    }

    /// Runs work on one of them. When it takes so long that it must be kept from a processor, `beside` is called, so that others need not
    /// wait for it: they are no longer put where it is. Work that is long of itself is taken for that, too; it does no harm, and does
    /// not last.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        beside: impl FnOnce(),
    ) -> Result<T, JoinError> {
        let busy = self.busy.clone();
        let work = move || {
            let (began, worked) = (Instant::now(), processor_time());
            let result = work();
            busy.learn(began.elapsed(), processor_time().saturating_sub(worked));
            result
        };
        if self.busy.is.load(Relaxed) {
            return self.sharing.handle.spawn_blocking(work).await;
        }
        let mut work = self.left_over.handle.spawn_blocking(work);
        if let Ok(done) = timeout(LONG, &mut work).await {
            return done;
        }
        self.busy.begin();
        beside();
        work.await
    }
}

#[cfg(test)]
impl Threads {
    /// As if much had been hashed that nothing else kept from the processors.
    pub(super) fn left_alone(self: Arc<Self>) -> Arc<Self> {
        self.busy.is.store(false, Relaxed);
        self
    }
}

/// A runtime of whose threads only those that block are used. None of the server's own would do: they would keep giving way.
struct Pool {
    handle: Handle,
    /// Always there until it is dropped.
    runtime: Option<Runtime>,
}

impl Pool {
    fn new(threads: usize, begin: fn()) -> io::Result<Self> {
        let mut builder = Builder::new_current_thread();
        builder.max_blocking_threads(threads).thread_keep_alive(KEPT).thread_name("hashing").on_thread_start(begin);
        let runtime = builder.build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Whoever drops it may be a task, which must not wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What a processor has worked for this thread.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Nothing is known of it, so nothing seems to be kept from a processor.
#[cfg(not(target_os = "linux"))]
fn processor_time() -> Duration {
    Duration::ZERO
}

/// How much the threads that share give way: to a third of what another thread gets that wants the same processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// Makes this thread one that gives way. Where that cannot be done they share alike.
fn give_way() {
    // On Linux this is the thread's own; elsewhere it would be the whole process's.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

/// Makes this thread one that takes what is left over.
fn take_what_is_left() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::unix::{
            NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        if set_thread_priority_and_policy(thread_native_id(), thread_priority::ThreadPriority::Min, idle).is_err() {
            give_way();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_hash_that_is_kept_from_the_processors_shows_that_the_machine_is_busy() {
        let busy = Busy::default();
        (0..IN_A_ROW).for_each(|_| busy.learn(20 * MS, 20 * MS));
        let is_busy = |took, worked| {
            busy.learn(took * MS, worked * MS);
            busy.is.load(Relaxed)
        };
        assert!(!is_busy(20, 20));
        // A short while, or work that is long of itself.
        assert!(!is_busy(100, 20));
        assert!(!is_busy(900, 800));
        assert!(is_busy(900, 200));
        // Until several in a row are left alone.
        for _ in 1..IN_A_ROW {
            assert!(is_busy(25, 20));
        }
        assert!(is_busy(60, 20));
        for _ in 1..IN_A_ROW {
            assert!(is_busy(25, 20));
        }
        assert!(!is_busy(25, 20));
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_has_others_put_beside_it() {
        let threads = Arc::new(Threads::new(1).unwrap()).left_alone();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let beside = AtomicBool::new(false);
        let mut long = Box::pin(threads.run(move || ended.recv(), || beside.store(true, Relaxed)));
        assert!(timeout(2 * LONG, &mut long).await.is_err());
        assert!(beside.load(Relaxed) && threads.busy.is.load(Relaxed));
        // The one thread of the first kind is taken; another one works.
        assert_eq!(threads.run(|| 1, || panic!("it is where others are")).await.unwrap(), 1);
        end.send(()).unwrap();
        assert!(long.await.unwrap().is_ok());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_takes_what_is_left_and_gives_way_on_a_busy_machine() {
        use thread_priority::unix::{NormalThreadSchedulePolicy, ThreadSchedulePolicy, thread_schedule_policy};
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let (policy, priority) =
            (|| thread_schedule_policy().unwrap(), || rustix::process::getpriority_process(None).unwrap());
        let (policy_before, priority_before) = (policy(), priority());
        let threads = Arc::new(Threads::new(1).unwrap());
        assert_eq!(threads.run(policy, || ()).await.unwrap(), policy_before);
        assert_eq!(threads.run(priority, || ()).await.unwrap(), priority_before + NICE);
        let threads = threads.left_alone();
        assert_eq!(threads.run(policy, || ()).await.unwrap(), idle);
        assert_eq!((policy(), priority()), (policy_before, priority_before));
    }
}
