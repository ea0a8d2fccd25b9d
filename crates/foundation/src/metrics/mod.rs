//! What the server counts about itself, and how it is written for Prometheus.
//!
//! Requests and transactions are counted here. A subject counts its own in a [`Memory`](crate::memory::Memory) of its own, with
//! the same kinds of numbers. Whoever counts takes no lock that another could hold: numbers are atomics that nobody orders, and
//! a family is only written to when a label is new.

mod family;
mod number;
mod process;
mod text;

pub use family::{Family, Metric};
pub use number::{BUCKETS, Counter, Histogram};
pub use process::write as write_process;
pub use text::{Samples, Text};

use database::{Kind, Observation, Outcome};
use outbound::Asked;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The kinds of transactions, as labels.
const KINDS: [(Kind, &str); 4] =
    [(Kind::Read, "read"), (Kind::Check, "check"), (Kind::Scan, "scan"), (Kind::Write, "write")];
/// How they end, as labels.
const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Committed, "committed"),
    (Outcome::RolledBack, "rolled_back"),
    (Outcome::Conflict, "conflict"),
    (Outcome::Unavailable, "unavailable"),
    (Outcome::NoSpace, "no_space"),
    (Outcome::TooSlow, "too_slow"),
];

/// The counters of one process that the frame and the database have.
pub struct Metrics {
    requests: Arc<Family<Counter, 2>>,
    latency: Family<Histogram, 1>,
    errors: Family<Counter, 1>,
    undeclared: Family<Counter, 2>,
    refused_origins: Counter,
    /// By kind and outcome, in the order of the tables above: how long each ran, and how long it waited before.
    transactions: [[[Histogram; 2]; OUTCOMES.len()]; KINDS.len()],
    repeated: Counter,
    outbound: Family<Histogram, 1>,
    readiness: Readiness,
}

/// What was found when it was last tried whether the database takes a write.
#[derive(Default)]
struct Readiness {
    is_ready: AtomicBool,
    nanoseconds: AtomicU64,
}

/// The counters of one operation, found once.
pub struct OperationMetrics {
    operation: &'static str,
    requests: Arc<Family<Counter, 2>>,
    succeeded: Arc<Counter>,
    latency: Arc<Histogram>,
}

impl OperationMetrics {
    /// It was answered with this status, so long after the request came.
    pub fn request(&self, status: u16, elapsed: Duration) {
        match status {
            200 => self.succeeded.inc(),
            _ => self.requests.get([Cow::Borrowed(self.operation), Cow::Owned(status.to_string())]).inc(),
        }
        self.latency.observe(elapsed);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// With nothing counted yet.
    pub fn new() -> Self {
        Self {
            requests: Arc::new(Family::new(["operation", "status"], Counter::default)),
            latency: Family::new(["operation"], Histogram::default),
            errors: Family::new(["error_type"], Counter::default),
            undeclared: Family::new(["operation", "error_type"], Counter::default),
            refused_origins: Counter::default(),
            transactions: Default::default(),
            repeated: Counter::default(),
            outbound: Family::new(["outcome"], Histogram::slow),
            readiness: Readiness::default(),
        }
    }

    /// The counters of an operation.
    pub fn of_operation(&self, operation: &'static str) -> OperationMetrics {
        OperationMetrics {
            operation,
            requests: self.requests.clone(),
            succeeded: self.requests.get([operation.into(), "200".into()]),
            latency: self.latency.get([operation.into()]),
        }
    }

    /// How many requests of each operation were answered within each of [`BUCKETS`] and not within the one before; at last those
    /// that took longer.
    pub fn latencies(&self) -> Vec<(String, [u64; BUCKETS.len() + 1])> {
        let counts = self.latency.all().into_iter();
        counts.map(|([operation], histogram)| (operation.into_owned(), histogram.counts())).collect()
    }

    /// A transaction has ended.
    pub fn transaction(&self, observed: &Observation) {
        let kind = KINDS.iter().position(|(kind, _)| *kind == observed.kind);
        let outcome = OUTCOMES.iter().position(|(outcome, _)| *outcome == observed.outcome);
        if let (Some(kind), Some(outcome)) = (kind, outcome) {
            let [ran, waited] = &self.transactions[kind][outcome];
            ran.observe(observed.ran);
            waited.observe(observed.queued);
        }
        self.repeated.add(observed.repeats.into());
    }

    /// The database was tried with a write: how long that took, unless it was in vain.
    pub fn readiness(&self, took: Option<Duration>) {
        self.readiness.is_ready.store(took.is_some(), Relaxed);
        if let Some(took) = took {
            self.readiness.nanoseconds.store(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        }
    }

    /// Another server was asked.
    pub fn outbound(&self, asked: &Asked<'_>) {
        let outcome = match asked.answer {
            Ok(200..=399) => "answered",
            Ok(_) => "error",
            Err(refused) => refused.kind(),
        };
        self.outbound.get([outcome.into()]).observe(asked.elapsed);
    }

    /// An answer was an error of this type.
    pub fn error(&self, error_type: &'static str) {
        self.errors.get([error_type.into()]).inc();
    }

    /// An operation has answered with an error that it does not declare.
    pub fn undeclared_error(&self, operation: &'static str, error_type: &'static str) {
        self.undeclared.get([operation.into(), error_type.into()]).inc();
    }

    /// A page of an origin that is not registered has asked for something, or whether it may.
    pub fn refused_origin(&self) {
        self.refused_origins.inc();
    }

    /// Writes them.
    pub fn write(&self, text: &mut Text) {
        self.requests.write(&mut text.counter("guildhall_requests_total", "Requests by operation and status"));
        self.latency.write(&mut text.histogram("guildhall_request_seconds", "Time to answer"));
        self.errors.write(&mut text.counter("guildhall_errors_total", "Answers that are an error, by its type"));
        self.undeclared
            .write(&mut text.counter("guildhall_undeclared_errors_total", "Errors that an operation does not declare"));
        text.counter(
            "guildhall_refused_origins_total",
            "Requests and preflights of pages whose origin is not registered",
        )
        .of(&[], self.refused_origins.get());
        self.write_transactions(text);
        text.counter("guildhall_database_repeats_total", "Transactions that were run anew, mostly after a conflict")
            .of(&[], self.repeated.get());
        text.gauge("guildhall_ready", "Whether the database took a write when it was last tried: 1, or 0")
            .of(&[], u8::from(self.readiness.is_ready.load(Relaxed)));
        let took = Duration::from_nanos(self.readiness.nanoseconds.load(Relaxed)).as_secs_f64();
        text.gauge("guildhall_database_round_trip_seconds", "How long that write took").of(&[], took);
        self.outbound.write(
            &mut text.histogram("guildhall_outbound_seconds", "Time to ask others over HTTP, by what came of it"),
        );
    }

    /// The same, as text.
    pub fn text(&self) -> String {
        let mut text = Text::default();
        self.write(&mut text);
        text.into_string()
    }

    fn write_transactions(&self, text: &mut Text) {
        let names = [
            ("guildhall_database_seconds", "Time in transactions"),
            ("guildhall_database_wait_seconds", "Time waiting for a connection"),
        ];
        for (index, (name, help)) in names.into_iter().enumerate() {
            let mut samples = text.histogram(name, help);
            for ((_, kind), of_kind) in KINDS.iter().zip(&self.transactions) {
                for ((outcome, label), histograms) in OUTCOMES.iter().zip(of_kind) {
                    let histogram = &histograms[index];
                    // Of what never was, only what is the rule is told, lest the list be twice as long.
                    if *outcome == Outcome::Committed || !histogram.is_empty() {
                        samples.histogram(&[("kind", kind), ("outcome", label)], histogram);
                    }
                }
            }
        }
    }
}

/// What this program is.
pub fn write_build(text: &mut Text, engine: &str) {
    let labels = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("commit", option_env!("GUILDHALL_COMMIT").unwrap_or_default()),
        ("engine", engine),
    ];
    text.gauge("guildhall_build_info", "Always 1; the labels say which program this is").of(&labels, 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_written() {
        let metrics = Metrics::new();
        let operation = metrics.of_operation("members.get");
        operation.request(200, Duration::from_micros(150));
        operation.request(404, Duration::from_secs(9));
        metrics.error("member_not_found");
        metrics.transaction(&Observation {
            kind: Kind::Write,
            queued: Duration::ZERO,
            ran: Duration::from_millis(1),
            outcome: Outcome::Conflict,
            repeats: 3,
        });
        let text = metrics.text();
        for line in [
            "# HELP guildhall_requests_total Requests by operation and status",
            "# TYPE guildhall_requests_total counter",
            "guildhall_requests_total{operation=\"members.get\",status=\"200\"} 1",
            "guildhall_requests_total{operation=\"members.get\",status=\"404\"} 1",
            "# TYPE guildhall_request_seconds histogram",
            "guildhall_request_seconds_bucket{operation=\"members.get\",le=\"0.0001\"} 0",
            "guildhall_request_seconds_bucket{operation=\"members.get\",le=\"0.0002\"} 1",
            "guildhall_request_seconds_bucket{operation=\"members.get\",le=\"3.2768\"} 1",
            "guildhall_request_seconds_bucket{operation=\"members.get\",le=\"+Inf\"} 2",
            "guildhall_request_seconds_count{operation=\"members.get\"} 2",
            "guildhall_errors_total{error_type=\"member_not_found\"} 1",
            "guildhall_database_seconds_count{kind=\"write\",outcome=\"conflict\"} 1",
            "guildhall_database_seconds_count{kind=\"check\",outcome=\"committed\"} 0",
            "guildhall_database_repeats_total 3",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\n{text}");
        }
        assert!(!text.contains("too_slow"));
    }
}
