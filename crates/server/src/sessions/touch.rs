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

    fn take(&self) -> Unwritten<'_> {
        let uses = self.0.lock().map(|mut touched| std::mem::take(&mut *touched)).unwrap_or_default();
        Unwritten { touched: self, uses: uses.into_iter().collect() }
    }
}

/// Uses that are being written. Those that were not when the work ends, also when it is broken off, are noted again.
struct Unwritten<'a> {
    touched: &'a Touched,
    uses: Vec<(SessionId, (OrganizationId, Timestamp))>,
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if let Ok(mut touched) = self.touched.0.lock() {
            for (session, used) in self.uses.drain(..) {
                // Unless it has been used since.
                touched.entry(session).or_insert(used);
            }
        }
    }
}

/// Sessions written in one transaction.
const BATCH: usize = 500;

/// Writes what was noted.
pub(crate) async fn flush(app: &App) -> Result<()> {
    let mut unwritten = app.touched().take();
    // In one order everywhere, so that nodes that write the same sessions do not wait for each other in a circle; and
    // in that of the key, so that neighbours are written together.
    unwritten.uses.sort_unstable_by(|(a, (of_a, _)), (b, (of_b, _))| (of_a, a).cmp(&(of_b, b)));
    while !unwritten.uses.is_empty() {
        let rest = unwritten.uses.len().saturating_sub(BATCH);
        let batch = unwritten.uses[rest..].to_vec();
        app.db().write(move |tx| tx.visit(EVERYTHING, |tx| store::touch(tx, &batch))).await?;
        unwritten.uses.truncate(rest);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Environment;
    use uuid::Uuid;

    #[test]
    fn what_was_not_written_is_noted_again() {
        let touched = Touched::default();
        let organization = OrganizationId::new(Environment::Test);
        let [first, second] = [0, 1].map(|n| SessionId::from_uuid(Environment::Test, Uuid::from_u128(n)));
        let note = |session, at| touched.note(&organization, session, Timestamp(0), Timestamp(at));
        note(&first, MINUTE);
        note(&second, MINUTE);
        let unwritten = touched.take();
        assert!(touched.take().uses.is_empty());
        // Used again meanwhile: that is what counts.
        note(&second, 2 * MINUTE);
        drop(unwritten);
        let times: Vec<_> = touched.take().uses.iter().map(|(id, (_, at))| (id.clone(), at.0)).collect();
        assert_eq!(times.len(), 2);
        assert!(times.contains(&(first, MINUTE)) && times.contains(&(second, 2 * MINUTE)));
    }
}
