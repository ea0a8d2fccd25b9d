//! What the server counts about itself, as Prometheus text.

use database::{Kind, Observation, Outcome};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    operation: String,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Operation {
    operation: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Transaction {
    kind: &'static str,
    outcome: &'static str,
}

/// The counters of one process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    latency: Family<Operation, Histogram>,
    transactions: Family<Transaction, Histogram>,
    waiting: Family<Transaction, Histogram>,
    /// Most transactions are these; they are found once.
    reads: (Histogram, Histogram),
    outbox_depth: Gauge,
}

/// The counters of one operation, found once.
pub(crate) struct OperationMetrics {
    operation: String,
    requests: Family<Request, Counter>,
    succeeded: Counter,
    latency: Histogram,
}

impl OperationMetrics {
    pub(crate) fn request(&self, status: u16, elapsed: Duration) {
        match status {
            200 => self.succeeded.inc(),
            _ => count(&self.requests, &self.operation, status).inc(),
        };
        self.latency.observe(elapsed.as_secs_f64());
    }
}

fn count(requests: &Family<Request, Counter>, operation: &str, status: u16) -> Counter {
    requests.get_or_create_owned(&Request { operation: operation.to_owned(), status: status.into() })
}

/// From 0.1 ms to about 3 s.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0001, 2.0, 16))
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("guildhall");
        let requests = Family::default();
        let latency = Family::new_with_constructor(histogram as fn() -> Histogram);
        let transactions = Family::new_with_constructor(histogram as fn() -> Histogram);
        let waiting = Family::new_with_constructor(histogram as fn() -> Histogram);
        let outbox_depth = Gauge::default();
        registry.register("requests", "Requests by operation and status", requests.clone());
        let seconds = Unit::Seconds;
        registry.register_with_unit("request", "Time to answer", seconds.clone(), latency.clone());
        registry.register_with_unit("database", "Time in transactions", seconds.clone(), transactions.clone());
        registry.register_with_unit("database_wait", "Time waiting for a connection", seconds, waiting.clone());
        registry.register("outbox_depth", "Messages waiting to be delivered", outbox_depth.clone());
        let read = Transaction { kind: "read", outcome: "committed" };
        let reads = (transactions.get_or_create_owned(&read), waiting.get_or_create_owned(&read));
        Self { registry, requests, latency, transactions, waiting, reads, outbox_depth }
    }

    /// The counters of an operation.
    pub(crate) fn of_operation(&self, operation: &str) -> OperationMetrics {
        OperationMetrics {
            operation: operation.to_owned(),
            requests: self.requests.clone(),
            succeeded: count(&self.requests, operation, 200),
            latency: self.latency.get_or_create_owned(&Operation { operation: operation.to_owned() }),
        }
    }

    pub(crate) fn transaction(&self, observed: &Observation) {
        if observed.kind == Kind::Read && observed.outcome == Outcome::Committed {
            self.reads.0.observe(observed.ran.as_secs_f64());
            self.reads.1.observe(observed.queued.as_secs_f64());
            return;
        }
        let kind = match observed.kind {
            Kind::Read => "read",
            Kind::Check => "check",
            Kind::Scan => "scan",
            Kind::Write => "write",
        };
        let outcome = match observed.outcome {
            Outcome::Committed => "committed",
            Outcome::RolledBack => "rolled_back",
            Outcome::Conflict => "conflict",
            Outcome::Unavailable => "unavailable",
            Outcome::NoSpace => "no_space",
            Outcome::TooSlow => "too_slow",
        };
        let label = Transaction { kind, outcome };
        self.transactions.get_or_create(&label).observe(observed.ran.as_secs_f64());
        self.waiting.get_or_create(&label).observe(observed.queued.as_secs_f64());
    }

    pub(crate) fn set_outbox_depth(&self, depth: i64) {
        self.outbox_depth.set(depth);
    }

    /// Everything, in the text format that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}
