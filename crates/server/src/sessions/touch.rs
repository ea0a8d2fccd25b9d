//! When a session was last used is written behind, in batches: checking a session is a read.

use super::{Session, store};
use crate::App;
use crate::error::Result;
use crate::id::{OrganizationId, SessionId};
use database::Timestamp;
use std::collections::HashMap;
use std::sync::Mutex;

/// Sessions used since the last flush.
#[derive(Default)]
pub(crate) struct Touched(Mutex<HashMap<SessionId, (OrganizationId, Timestamp)>>);

impl Touched {
    pub(super) fn note(&self, session: &Session, now: Timestamp) {
        if let Ok(mut touched) = self.0.lock() {
            touched.insert(session.member_session_id.clone(), (session.organization_id.clone(), now));
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
        let write = move |tx: &mut database::Tx| {
            batch.iter().try_for_each(|(id, (organization, at))| store::touch(tx, organization, id, *at))
        };
        app.db().write(write).await?;
    }
    Ok(())
}
