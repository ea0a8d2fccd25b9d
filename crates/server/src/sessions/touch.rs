//! When a session was last used is written behind, in batches, and to the minute: checking a session is a read.

use super::store;
use crate::App;
use crate::error::Result;
use crate::id::{OrganizationId, SessionId};
use crate::time::MINUTE;
use database::{EVERYTHING, Timestamp};
use std::collections::HashMap;
use std::sync::Mutex;

/// Sessions used since the last flush.
#[derive(Default)]
pub(crate) struct Touched(Mutex<HashMap<SessionId, (OrganizationId, Timestamp)>>);

impl Touched {
    /// Notes a use, unless the last that is stored is less than a minute ago. Answers the last that is stored or noted.
    pub(super) fn note(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        stored: Timestamp,
        now: Timestamp,
    ) -> Timestamp {
        if now.0 - stored.0 < MINUTE {
            return stored;
        }
        if let Ok(mut touched) = self.0.lock() {
            touched.insert(session.clone(), (organization.clone(), now));
        }
        now
    }

    /// What could not be written, for the next time, unless it has been used since.
    fn put_back(&self, unwritten: impl Iterator<Item = (SessionId, (OrganizationId, Timestamp))>) {
        if let Ok(mut touched) = self.0.lock() {
            unwritten.for_each(|(session, used)| {
                touched.entry(session).or_insert(used);
            });
        }
    }
}

/// Sessions written in one transaction.
const BATCH: usize = 500;

/// Writes what was noted.
pub(crate) async fn flush(app: &App) -> Result<()> {
    let touched = match app.touched().0.lock() {
        Ok(mut touched) => std::mem::take(&mut *touched),
        Err(_) => return Ok(()),
    };
    let mut touched: Vec<_> = touched.into_iter().collect();
    // In one order everywhere, so that nodes that write the same sessions do not wait for each other in a circle; and
    // in that of the key, so that neighbours are written together.
    touched.sort_unstable_by(|(a, (of_a, _)), (b, (of_b, _))| (of_a, a).cmp(&(of_b, b)));
    while !touched.is_empty() {
        let batch = touched.split_off(touched.len().saturating_sub(BATCH));
        let written = batch.clone();
        let write = app.db().write(move |tx| tx.visit(EVERYTHING, |tx| store::touch(tx, &written)));
        if let Err(error) = write.await {
            app.touched().put_back(touched.into_iter().chain(batch));
            return Err(error);
        }
    }
    Ok(())
}
