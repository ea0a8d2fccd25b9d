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
    /// Notes a use, unless the last that is stored is less than a minute ago.
    pub(super) fn note(&self, organization: &OrganizationId, session: &SessionId, stored: Timestamp, now: Timestamp) {
        if now.0 - stored.0 < MINUTE {
            return;
        }
        if let Ok(mut touched) = self.0.lock() {
            touched.insert(session.clone(), (organization.clone(), now));
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
    // In one order everywhere, so that nodes that write the same sessions do not wait for each other in a circle.
    touched.sort();
    for batch in touched.chunks(BATCH) {
        let batch = batch.to_vec();
        app.db().write(move |tx| tx.visit(EVERYTHING, |tx| store::touch(tx, &batch))).await?;
    }
    Ok(())
}
