//! Messages, counted: what became of deliveries by this process, and what waits in the database.

use super::kind::{Kind, Message};
use database::Timestamp;
use foundation::app::App;
use foundation::config::Config;
use foundation::memory::Memory;
use foundation::metrics::{Counter, Family, Histogram, Text};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

/// What this process has counted.
struct Deliveries {
    /// By kind, template and outcome.
    messages: Family<Counter, 3>,
    time: Family<Histogram, 1>,
    waiting: [Waiting; Kind::ALL.len()],
}

/// What waited of a kind when it was last looked for.
#[derive(Default)]
struct Waiting {
    messages: AtomicI64,
    /// Since when the first one has, in microseconds since 1970; 0 where none does.
    since: AtomicI64,
}

impl Memory for Deliveries {
    fn new(_: &Config) -> Self {
        let messages = Family::new(["kind", "template", "outcome"], Counter::default);
        Self { messages, time: Family::new(["kind"], Histogram::slow), waiting: Default::default() }
    }
}

/// What became of an attempt to deliver a message.
#[derive(Clone, Copy)]
pub(super) enum Became {
    Delivered,
    /// To be tried again.
    Retried,
    Refused,
    /// It would have come too late.
    GivenUp,
}

impl Became {
    fn as_str(self) -> &'static str {
        match self {
            Became::Delivered => "delivered",
            Became::Retried => "retried",
            Became::Refused => "refused",
            Became::GivenUp => "given_up",
        }
    }
}

/// Counts an attempt that is recorded.
pub(super) fn count(app: &App, message: &Message, became: Became) {
    let template = match message {
        Message::Mail(mail) => mail.template.name(),
        _ => "",
    };
    let labels = [message.kind().name.into(), template.into(), became.as_str().into()];
    app.memory::<Deliveries>().messages.get(labels).inc();
}

/// An attempt has taken so long.
pub(super) fn timed(app: &App, kind: &Kind, elapsed: Duration) {
    app.memory::<Deliveries>().time.get([kind.name.into()]).observe(elapsed);
}

/// So many messages of each kind wait, the first of them since then.
pub(super) fn measured(app: &App, waiting: &[(String, i64, Timestamp)]) {
    for (kind, known) in Kind::ALL.iter().zip(&app.memory::<Deliveries>().waiting) {
        let found = waiting.iter().find(|(name, _, _)| name == kind.name);
        let (messages, since) = found.map_or((0, 0), |(_, messages, since)| (*messages, since.0));
        known.messages.store(messages, Relaxed);
        known.since.store(since, Relaxed);
    }
}

/// How many messages of each kind waited when that was last looked for, and since when the first of them has.
pub(crate) fn waiting(app: &App) -> Vec<(&'static str, i64, Option<Timestamp>)> {
    let found = Kind::ALL.iter().zip(&app.memory::<Deliveries>().waiting);
    found
        .map(|(kind, waiting)| {
            let since = Some(waiting.since.load(Relaxed)).filter(|since| *since > 0).map(Timestamp);
            (kind.name, waiting.messages.load(Relaxed), since)
        })
        .collect()
}

/// Writes what was counted.
pub(crate) fn write(app: &App, text: &mut Text) {
    let (deliveries, now) = (app.memory::<Deliveries>(), app.now());
    deliveries
        .messages
        .write(&mut text.counter("guildhall_messages_total", "Attempts to deliver messages, by what became of them"));
    deliveries.time.write(&mut text.histogram("guildhall_delivery_seconds", "Time of attempts to deliver messages"));
    let mut depth = text.gauge("guildhall_outbox_depth", "Messages in the database that wait to be delivered");
    for (kind, waiting) in Kind::ALL.iter().zip(&deliveries.waiting) {
        depth.of(&[("kind", kind.name)], waiting.messages.load(Relaxed));
    }
    let help = "How long the first of them has waited, where this server delivers them";
    let mut oldest = text.gauge("guildhall_outbox_oldest_seconds", help);
    for (kind, waiting) in Kind::ALL.iter().zip(&deliveries.waiting).filter(|(kind, _)| kind.can_be_delivered(app)) {
        let since = Some(waiting.since.load(Relaxed)).filter(|since| *since > 0);
        let age = since.map_or(0, |since| (now.0 - since).max(0));
        oldest.of(&[("kind", kind.name)], age as f64 / 1e6);
    }
}
