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
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    latency: Family<Operation, Histogram>,
    transactions: Family<Transaction, Histogram>,
    waiting: Family<Transaction, Histogram>,
    /// Most transactions are these; they are found once.
    checks: (Histogram, Histogram),
    outbox_depth: Gauge,
    connections: Gauge,
    body_bytes: Gauge,
    undeclared: Family<Undeclared, Counter>,
    refused_origins: Counter,
}

/// An error that an operation answers with and does not declare.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Undeclared {
    operation: &'static str,
    error_type: &'static str,
}

/// The counters of one operation, found once.
pub struct OperationMetrics {
    operation: String,
    requests: Family<Request, Counter>,
    succeeded: Counter,
    latency: Histogram,
}

impl OperationMetrics {
    pub fn request(&self, status: u16, elapsed: Duration) {
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

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// With nothing counted yet.
    pub fn new() -> Self {
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
        let (connections, body_bytes) = (Gauge::default(), Gauge::default());
        registry.register("connections", "Connections of clients that are open", connections.clone());
        registry.register("request_bodies_bytes", "Memory that request bodies take", body_bytes.clone());
        let undeclared = Family::default();
        registry.register("undeclared_errors", "Errors that an operation does not declare", undeclared.clone());
        let refused_origins = Counter::default();
        let help = "Requests and preflights of pages whose origin is not registered";
        registry.register("refused_origins", help, refused_origins.clone());
        let check = Transaction { kind: "check", outcome: "committed" };
        let checks = (transactions.get_or_create_owned(&check), waiting.get_or_create_owned(&check));
        Self {
            registry,
            requests,
            latency,
            transactions,
            waiting,
            checks,
            outbox_depth,
            connections,
            body_bytes,
            undeclared,
            refused_origins,
        }
    }

    /// The counters of an operation.
    pub fn of_operation(&self, operation: &str) -> OperationMetrics {
        OperationMetrics {
            operation: operation.to_owned(),
            requests: self.requests.clone(),
            succeeded: count(&self.requests, operation, 200),
            latency: self.latency.get_or_create_owned(&Operation { operation: operation.to_owned() }),
        }
    }

    pub fn transaction(&self, observed: &Observation) {
        if observed.kind == Kind::Check && observed.outcome == Outcome::Committed {
            self.checks.0.observe(observed.ran.as_secs_f64());
            self.checks.1.observe(observed.queued.as_secs_f64());
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

    /// An operation has answered with an error that it does not declare.
    pub fn undeclared_error(&self, operation: &'static str, error_type: &'static str) {
        self.undeclared.get_or_create(&Undeclared { operation, error_type }).inc();
    }

    /// A page of an origin that is not registered has asked for something, or whether it may.
    pub fn refused_origin(&self) {
        self.refused_origins.inc();
    }

    /// How many messages wait to be delivered.
    pub fn set_outbox_depth(&self, depth: i64) {
        self.outbox_depth.set(depth);
    }

    /// How many connections are open, and how many bytes the bodies of requests take.
    pub fn set_clients(&self, connections: usize, body_bytes: usize) {
        self.connections.set(connections.try_into().unwrap_or(i64::MAX));
        self.body_bytes.set(body_bytes.try_into().unwrap_or(i64::MAX));
    }

    /// Everything, in the text format that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}
