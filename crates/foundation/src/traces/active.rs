//! A request while it is answered, and what is gathered of it.

use super::parent::Parent;
use crate::id::ProjectId;
use crate::random;
use database::{Engine, Kind};
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Spans that one request has besides its own: one that deletes much has thousands of transactions.
const CHILDREN: usize = 64;

/// A request while it is answered.
pub struct Active {
    trace: [u8; 16],
    span: [u8; 8],
    parent: Option<Parent>,
    is_recorded: bool,
    started: Instant,
    started_at: Duration,
    project: OnceLock<ProjectId>,
    children: Mutex<Children>,
}

#[derive(Default)]
struct Children {
    spans: Vec<(Timed, Child)>,
    left_out: u32,
}

/// A span's id and its time: since the beginning of its request.
pub(super) struct Timed {
    pub(super) span: [u8; 8],
    pub(super) begin: Duration,
    pub(super) end: Duration,
}

/// What a request has waited for.
pub(super) enum Child {
    /// The database.
    Transaction {
        engine: Engine,
        kind: Kind,
        is_committed: bool,
        queued: Duration,
        repeats: u32,
        error: Option<&'static str>,
    },
    /// Another server.
    Request { method: String, host: String, port: u16, status: Option<u16>, error: Option<&'static str> },
}

/// How a request was answered.
pub struct Ended<'a> {
    /// The operation.
    pub name: &'static str,
    /// The method of HTTP.
    pub method: &'static str,
    /// The path of the door, with names in the place of values.
    pub route: &'static str,
    pub status: u16,
    /// The type of the error, if it is one.
    pub error: Option<&'static str>,
    /// By which it is found in the log.
    pub request_id: &'a str,
}

/// A request that was answered.
pub(super) struct Finished {
    pub(super) trace: [u8; 16],
    pub(super) own: Timed,
    pub(super) parent: Option<Parent>,
    /// Since 1970.
    pub(super) started_at: Duration,
    pub(super) project: Option<ProjectId>,
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) route: &'static str,
    pub(super) status: u16,
    pub(super) error: Option<&'static str>,
    pub(super) request_id: String,
    pub(super) children: Vec<(Timed, Child)>,
    pub(super) left_out: u32,
}

impl Finished {
    /// How many spans it has.
    pub(super) fn spans(&self) -> u64 {
        1 + self.children.len() as u64
    }
}

tokio::task_local! {
    /// The request that a task answers.
    static ACTIVE: Arc<Active>;
}

/// Runs what answers a request, so that what it waits for is found in its trace.
pub async fn within<T>(active: Arc<Active>, work: impl Future<Output = T>) -> T {
    ACTIVE.scope(active, work).await
}

/// Adds something that has just ended and took so long to the request that this task answers, if it does.
pub(super) fn child(elapsed: Duration, child: impl FnOnce() -> Child) {
    let _ = ACTIVE.try_with(|active| active.add(elapsed, child));
}

impl Active {
    pub(super) fn begin(parent: Option<Parent>, sample: f64) -> Self {
        let trace = parent.as_ref().map_or_else(|| random::uuid_v4().into_bytes(), |parent| parent.trace);
        let is_recorded = parent.as_ref().map_or_else(|| is_sampled(trace, sample), |parent| parent.is_recorded);
        Self {
            trace,
            span: new_span(),
            parent,
            is_recorded,
            started: Instant::now(),
            started_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            project: OnceLock::new(),
            children: Mutex::default(),
        }
    }

    /// Whether anybody will see it.
    pub fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// The id of the trace, by which the log and the collector speak of the same.
    pub fn trace_id(&self) -> String {
        hexadecimal(&self.trace)
    }

    /// In which project it is.
    pub fn in_project(&self, project: &ProjectId) {
        let _ = self.project.set(project.clone());
    }

    fn add(&self, elapsed: Duration, child: impl FnOnce() -> Child) {
        // Nothing panics while it holds the lock.
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        if children.spans.len() < CHILDREN {
            let end = self.started.elapsed();
            let timed = Timed { span: new_span(), begin: end.saturating_sub(elapsed), end };
            children.spans.push((timed, child()));
        } else {
            children.left_out += 1;
        }
    }

    pub(super) fn finish(&self, ended: Ended<'_>) -> Finished {
        let children = std::mem::take(&mut *self.children.lock().unwrap_or_else(PoisonError::into_inner));
        Finished {
            trace: self.trace,
            own: Timed { span: self.span, begin: Duration::ZERO, end: self.started.elapsed() },
            parent: self.parent.clone(),
            started_at: self.started_at,
            project: self.project.get().cloned(),
            name: ended.name,
            method: ended.method,
            route: ended.route,
            status: ended.status,
            error: ended.error,
            request_id: ended.request_id.to_owned(),
            children: children.spans,
            left_out: children.left_out,
        }
    }
}

/// Half of a random UUID, whose second half has fewer fixed bits.
fn new_span() -> [u8; 8] {
    random::uuid_v4().as_u64_pair().1.to_be_bytes()
}

/// Whether a trace is among such a part of all: its id says so, hence all servers say the same.
fn is_sampled(trace: [u8; 16], part: f64) -> bool {
    // The last seven bytes are random in every version of trace ids.
    let random = trace[9..].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (random as f64) < part * (1_u64 << 56) as f64
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn such_a_part_of_the_traces_is_recorded() {
        let recorded = |part| (0..4000).filter(|_| Active::begin(None, part).is_recorded()).count();
        assert_eq!((recorded(0.0), recorded(1.0)), (0, 4000));
        assert!((800..1200).contains(&recorded(0.25)));
    }

    #[test]
    fn the_caller_decides() {
        let parent = |flag: &str| {
            Parent::read(Some(&format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flag}")), None)
        };
        let (wanted, unwanted) = (Active::begin(parent("01"), 0.0), Active::begin(parent("00"), 1.0));
        assert_eq!((wanted.is_recorded(), unwanted.is_recorded()), (true, false));
        assert_eq!(wanted.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    }

    #[tokio::test]
    async fn what_a_request_waits_for_is_found_in_its_trace_and_bounded() {
        let asked = |status| Child::Request { method: "GET".into(), host: "a".into(), port: 1, status, error: None };
        let active = Arc::new(Active::begin(None, 1.0));
        child(Duration::ZERO, || asked(Some(200)));
        within(active.clone(), async {
            for _ in 0..CHILDREN + 3 {
                child(Duration::from_secs(1), || asked(None));
            }
        })
        .await;
        let ended = Ended { name: "a.b", method: "GET", route: "/a", status: 200, error: None, request_id: "r" };
        let finished = active.finish(ended);
        assert_eq!((finished.children.len(), finished.left_out, finished.spans()), (CHILDREN, 3, CHILDREN as u64 + 1));
        assert!(finished.children.iter().all(|(timed, _)| timed.begin <= timed.end && timed.span != finished.own.span));
    }
}
