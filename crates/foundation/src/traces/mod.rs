//! Traces of requests, for a collector of OpenTelemetry's protocol (OTLP), where the operator names one.
//!
//! A request that is traced has a span, and so have the transactions and the requests to others that it waits for. They are
//! gathered while it runs, handed over when it is answered, and sent in the background. Nobody waits for any of it: what does
//! not fit into the queue is dropped and counted. Where nothing is traced, nothing of it runs.

mod active;
mod export;
mod otlp;
mod parent;

pub use active::{Active, Ended, within};
pub use export::run;
pub use otlp::check_endpoint;
pub use parent::Parent;

use crate::metrics::{Counter, Text};
use crate::secret::Secret;
use active::Finished;
use database::{Engine, Observation, Outcome};
use outbound::Asked;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// What the operator wants of traces.
#[derive(Debug, Clone)]
pub struct Config {
    /// The collector: `/v1/traces` is added. A user and a password may stand in it.
    pub endpoint: Secret,
    /// Which part of the requests is traced that come without a decision: 0 to 1.
    pub sample: f64,
    /// How the collector is to call this server.
    pub service: String,
}

/// Requests that wait to be sent. With the transactions of each they take some 10 MB at the most.
const QUEUE: usize = 4096;

/// Where traces gather.
pub struct Traces {
    config: Config,
    engine: Engine,
    queue: Sender<Finished>,
    waiting: Mutex<Option<Receiver<Finished>>>,
    ending: Notify,
    exported: Counter,
    dropped: Counter,
}

impl Traces {
    /// With nothing traced yet.
    pub fn new(config: Config, engine: Engine) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self {
            config,
            engine,
            queue,
            waiting: Mutex::new(Some(waiting)),
            ending: Notify::new(),
            exported: Counter::default(),
            dropped: Counter::default(),
        }
    }

    /// A request has come, perhaps as part of somebody's trace, which then says whether it is recorded.
    pub fn begin(&self, parent: Option<Parent>) -> Active {
        Active::begin(parent, self.config.sample)
    }

    /// A request was answered.
    pub fn end(&self, active: &Active, ended: Ended<'_>) {
        if active.is_recorded() {
            let finished = active.finish(ended);
            let spans = finished.spans();
            if self.queue.try_send(finished).is_err() {
                self.dropped.add(spans);
            }
        }
    }

    /// Has what waits sent at once, and nothing after it.
    pub fn stop(&self) {
        self.ending.notify_one();
    }

    /// A transaction has ended, in the task that waits for it.
    pub(crate) fn transaction(&self, observed: &Observation) {
        let error = match observed.outcome {
            Outcome::Committed | Outcome::RolledBack => None,
            Outcome::Conflict => Some("conflict"),
            Outcome::Unavailable => Some("unavailable"),
            Outcome::NoSpace => Some("no_space"),
            Outcome::TooSlow => Some("too_slow"),
        };
        active::child(observed.queued + observed.ran, || active::Child::Transaction {
            engine: self.engine,
            kind: observed.kind,
            is_committed: observed.outcome == Outcome::Committed,
            queued: observed.queued,
            repeats: observed.repeats,
            error,
        });
    }

    /// Another server was asked, by the task that waits for the answer.
    pub(crate) fn request(&self, asked: &Asked<'_>) {
        active::child(asked.elapsed, || active::Child::Request {
            method: asked.method.to_string(),
            host: asked.host.clone(),
            port: asked.port,
            status: asked.answer.ok(),
            error: asked.answer.err().map(outbound::Refused::kind),
        });
    }
}

/// Writes what has become of spans; zeros where nothing is traced.
pub fn write(traces: Option<&Traces>, text: &mut Text) {
    let count = |count: fn(&Traces) -> &Counter| traces.map_or(0, |traces| count(traces).get());
    text.counter("guildhall_trace_spans_total", "Spans of traced requests, by what became of them")
        .of(&[("outcome", "exported")], count(|traces| &traces.exported))
        .of(&[("outcome", "dropped")], count(|traces| &traces.dropped));
}

/// How long one attempt to reach the collector may take.
const WITHIN: Duration = Duration::from_secs(10);
