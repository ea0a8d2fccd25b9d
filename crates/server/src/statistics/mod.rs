//! What the pictures of the dashboard are drawn from: logins by the hour, active members by the day, and how long answers take.
//!
//! Counted in memory, where it costs next to nothing, and written behind in batches, in small tables that are cleaned. What a
//! crash loses is a few seconds of it. Nobody's name is in it.

mod latency;
mod sketch;
mod store;

pub(crate) use latency::KindOf;
pub(crate) use sketch::Mark;
pub(crate) use store::TABLES;

use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::memory::Memory;
use foundation::time::MINUTE;
use latency::Latencies;
use serde::Serialize;
use sketch::Sketch;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Kinds of logins and days that are noted until they are written. With more, later ones are not counted.
const MOST: usize = 20_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What is not written yet.
#[derive(Default)]
struct Noted {
    logins: BTreeMap<(ProjectId, Timestamp, &'static str, &'static str), i64>,
    active: BTreeMap<(ProjectId, Timestamp), Sketch>,
}

#[derive(Default)]
struct Statistics {
    noted: Mutex<Noted>,
    latencies: Mutex<Latencies>,
}

impl Memory for Statistics {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

impl Statistics {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        // Nothing panics while it holds the lock.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    fn add(&mut self, other: Noted) {
        for (key, logins) in other.logins {
            *self.logins.entry(key).or_default() += logins;
        }
        for (key, sketch) in other.active {
            self.active.entry(key).or_default().merge(&sketch);
        }
    }
}

fn beginning(now: Timestamp, of: i64) -> Timestamp {
    Timestamp(now.0.div_euclid(of) * of)
}

/// A login has come to this.
pub(crate) fn note_login(app: &App, project: &ProjectId, now: Timestamp, method: &'static str, outcome: &'static str) {
    let mut noted = app.memory::<Statistics>().noted();
    let key = (project.clone(), beginning(now, HOUR), method, outcome);
    if noted.logins.len() < MOST || noted.logins.contains_key(&key) {
        *noted.logins.entry(key).or_default() += 1;
    }
}

/// A member has logged in, or used a session.
pub(crate) fn note_active(app: &App, project: &ProjectId, now: Timestamp, mark: Mark) {
    let mut noted = app.memory::<Statistics>().noted();
    let key = (project.clone(), beginning(now, DAY));
    if noted.active.len() < MOST || noted.active.contains_key(&key) {
        noted.active.entry(key).or_default().add(mark);
    }
}

/// Writes what was noted; of operations by their kind. What could not be written is noted again, but for latencies, which are
/// lost then.
pub(crate) async fn flush(app: &App, kind: KindOf) -> Result<()> {
    let statistics = app.memory::<Statistics>();
    let noted = std::mem::take(&mut *statistics.noted());
    let latencies = latency::since(app, kind, &mut statistics.latencies.lock().unwrap_or_else(PoisonError::into_inner));
    if noted.logins.is_empty() && noted.active.is_empty() && latencies.is_empty() {
        return Ok(());
    }
    let again = Noted { logins: noted.logins.clone(), active: noted.active.clone() };
    let hour = beginning(app.now(), HOUR);
    let work = move |tx: &mut Tx| {
        for ((project, hour, method, outcome), logins) in &noted.logins {
            tx.visit(project.as_str(), |tx| store::add_logins(tx, project, *hour, [method, outcome], *logins))?;
        }
        for ((project, day), sketch) in &noted.active {
            tx.visit(project.as_str(), |tx| store::merge_active(tx, project, *day, sketch))?;
        }
        for (kind, bucket, requests) in &latencies {
            store::add_latency(tx, hour, kind, *bucket, *requests)?;
        }
        Ok(())
    };
    let written = app.db().write(work).await;
    if written.is_err() {
        statistics.noted().add(again);
    }
    written
}

/// Logins of an hour that were of a kind.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Logins {
    pub(crate) hour: Timestamp,
    pub(crate) method: String,
    pub(crate) outcome: String,
    pub(crate) logins: i64,
}

/// The logins of a project since then, by the hour.
pub(crate) fn logins(tx: &mut Tx, project: &ProjectId, since: Timestamp) -> Result<Vec<Logins>> {
    store::logins(tx, project, since)
}

/// How many members were active, as near as a sketch can say: to some two in a hundred.
pub(crate) struct Active {
    /// On each day on which there were any.
    pub(crate) by_day: Vec<(Timestamp, u64)>,
    /// On any of these days.
    pub(crate) on_any: u64,
}

/// The members of a project who were active since then.
pub(crate) fn active(tx: &mut Tx, project: &ProjectId, since: Timestamp) -> Result<Active> {
    let days = store::active(tx, project, beginning(since, DAY))?;
    let mut all = Sketch::default();
    days.iter().for_each(|(_, sketch)| all.merge(sketch));
    let by_day = days.into_iter().map(|(day, sketch)| (day, sketch.estimate())).collect();
    Ok(Active { by_day, on_any: all.estimate() })
}

/// Requests of an hour of one kind that took up to so many seconds, and more than half of that.
#[derive(Debug, Clone)]
pub(crate) struct Latency {
    pub(crate) hour: Timestamp,
    pub(crate) kind: String,
    /// The longest that they took, in seconds; infinite for those beyond all that is told apart.
    pub(crate) within: f64,
    pub(crate) requests: i64,
}

/// How long answers have taken since then, of all servers.
pub(crate) async fn latencies(app: &App, since: Timestamp) -> Result<Vec<Latency>> {
    let rows = app.db().read(move |tx: &mut Tx| store::latencies(tx, beginning(since, HOUR))).await?;
    let told = |(hour, kind, bucket, requests)| Latency { hour, kind, within: latency::bound(bucket), requests };
    Ok(rows.into_iter().map(told).collect())
}
