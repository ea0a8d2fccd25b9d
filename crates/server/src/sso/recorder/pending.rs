//! Exchanges that were accepted and are not written yet. A login does not wait for its entry, and of a connection by which very
//! many log in only the last are written, every half second; a crash loses as much. What is refused is written at once.

use super::{KEPT, Recorded};
use crate::organizations;
use crate::recorder::{self, Connected};
use crate::sso::connections::{Connection, operations};
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::memory::Memory;
use foundation::project::Project;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Exchanges that are remembered of all connections together, of 16 KiB at most each.
const MOST: usize = 2_000;
/// Connections of which exchanges are written in one transaction.
const AT_ONCE: usize = 50;

/// What is not written yet.
#[derive(Default)]
pub(super) struct Pending {
    rings: Mutex<HashMap<String, Ring>>,
    /// Held while it is written, so that whoever has written it knows that nothing is under way.
    writing: tokio::sync::Mutex<()>,
}

impl Memory for Pending {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

/// The last exchanges of a connection.
struct Ring {
    project: Arc<Project>,
    connection: Arc<Connection>,
    exchanges: VecDeque<(Timestamp, Recorded)>,
}

impl Pending {
    fn rings(&self) -> MutexGuard<'_, HashMap<String, Ring>> {
        // Nothing panics while it holds the lock.
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, project: &Arc<Project>, connection: &Arc<Connection>, at: Timestamp, exchange: Recorded) {
        let mut rings = self.rings();
        if rings.values().map(|ring| ring.exchanges.len()).sum::<usize>() >= MOST {
            return;
        }
        let empty = || Ring { project: project.clone(), connection: connection.clone(), exchanges: VecDeque::new() };
        let ring = rings.entry(connection.connection_id.to_string()).or_insert_with(empty);
        ring.exchanges.push_back((at, exchange));
        if ring.exchanges.len() > usize::try_from(KEPT).unwrap_or(0) {
            ring.exchanges.pop_front();
        }
    }
}

/// Notes an exchange that was accepted.
pub(super) fn note(cx: &Cx, connection: &Arc<Connection>, exchange: Recorded) {
    cx.app.memory::<Pending>().note(&cx.project, connection, cx.now(), exchange);
}

/// Writes what was noted. What cannot be written is lost: it is of no use later, and what is newer pushes it out.
pub(crate) async fn flush(app: &App) -> Result<()> {
    let pending = app.memory::<Pending>();
    let _writing = pending.writing.lock().await;
    let mut rings: Vec<Ring> = std::mem::take(&mut *pending.rings()).into_values().collect();
    while !rings.is_empty() {
        let some = rings.split_off(rings.len().saturating_sub(AT_ONCE));
        app.db().write(move |tx: &mut Tx| some.iter().try_for_each(|ring| write(tx, ring))).await?;
    }
    Ok(())
}

fn write(tx: &mut Tx, Ring { project, connection, exchanges }: &Ring) -> Result<()> {
    let Connection { organization_id: organization, connection_id, .. } = &**connection;
    let of = Connected { project: &project.id, organization, connection: connection_id.as_str() };
    tx.visit(project.id.as_str(), |tx| {
        // Nothing is left of what was deleted meanwhile.
        if organizations::find_by_id(tx, project, organization)?.is_none() || !operations::exists(tx, connection)? {
            return Ok(());
        }
        let exchanges = exchanges.iter().map(|(at, exchange)| (exchange.exchange_id.as_str(), *at, exchange));
        recorder::append(tx, of, true, KEPT, exchanges)
    })
}
