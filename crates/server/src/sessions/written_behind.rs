//! What a check changes of a session is written behind, in batches: that it was used, to the minute, and that its end has
//! moved away. So checking a session is a read. What a crash loses of it is at most half a second old.

use super::news::{End, News};
use super::store;
use database::EVERYTHING;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::Result;
use foundation::id::SessionId;
use foundation::memory::Memory;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is not written yet.
#[derive(Default)]
pub(crate) struct WrittenBehind(Mutex<HashMap<SessionId, News>>);

impl Memory for WrittenBehind {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

impl WrittenBehind {
    fn all(&self) -> MutexGuard<'_, HashMap<SessionId, News>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, session: &SessionId, news: News) {
        let mut all = self.all();
        if let Some(known) = all.get_mut(session) {
            return known.add(news);
        }
        all.insert(session.clone(), news);
    }

    /// The end of a session that is about to be written.
    pub(super) fn end(&self, session: &SessionId) -> Option<End> {
        self.all().get(session)?.end
    }

    fn take(&self) -> Unwritten<'_> {
        let news = std::mem::take(&mut *self.all()).into_iter().collect();
        Unwritten { behind: self, news }
    }
}

/// What is being written. What was not when the work ends, also when it is broken off, is noted again.
struct Unwritten<'a> {
    behind: &'a WrittenBehind,
    news: Vec<(SessionId, News)>,
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        for (session, news) in self.news.drain(..) {
            self.behind.note(&session, news);
        }
    }
}

/// Sessions written in one transaction.
const BATCH: usize = 500;

/// Writes what was noted.
pub(crate) async fn flush(app: &App) -> Result<()> {
    let mut unwritten = app.memory::<WrittenBehind>().take();
    // In one order everywhere, so that nodes that write the same sessions do not wait for each other in a circle; and
    // in that of the key, so that neighbours are written together.
    unwritten.news.sort_unstable_by(|(a, of_a), (b, of_b)| (&of_a.organization, a).cmp(&(&of_b.organization, b)));
    while !unwritten.news.is_empty() {
        let rest = unwritten.news.len().saturating_sub(BATCH);
        let batch = unwritten.news[rest..].to_vec();
        app.db().write(move |tx| tx.visit(EVERYTHING, |tx| store::write_news(tx, &batch))).await?;
        unwritten.news.truncate(rest);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use database::Timestamp;
    use foundation::id::{Environment, OrganizationId};
    use uuid::Uuid;

    fn sessions() -> [SessionId; 2] {
        [0, 1].map(|n| SessionId::from_uuid(Environment::Test, Uuid::from_u128(n)))
    }

    #[test]
    fn what_was_not_written_is_noted_again() {
        let behind = WrittenBehind::default();
        let organization = OrganizationId::new(Environment::Test);
        let used = |at| News { organization: organization.clone(), last_use: Some(Timestamp(at)), end: None };
        let [first, second] = sessions();
        behind.note(&first, used(1));
        behind.note(&second, used(1));
        let unwritten = behind.take();
        assert!(behind.take().news.is_empty());
        // Used again meanwhile: that is what counts.
        behind.note(&second, used(2));
        drop(unwritten);
        let again = std::mem::take(&mut behind.take().news);
        assert_eq!(HashMap::from_iter(again), HashMap::from([(first, used(1)), (second, used(2))]));
    }

    #[test]
    fn the_furthest_end_counts_unless_it_was_brought_nearer() {
        let behind = WrittenBehind::default();
        let organization = OrganizationId::new(Environment::Test);
        let [session, _] = sessions();
        let note = |at, shortened| {
            let end = Some(End { at: Timestamp(at), shortened });
            behind.note(&session, News { organization: organization.clone(), last_use: None, end });
            behind.end(&session).map(|end| (end.at.0, end.shortened))
        };
        assert_eq!(note(10, 0), Some((10, 0)));
        assert_eq!(note(9, 0), Some((10, 0)));
        assert_eq!(note(5, 1), Some((5, 1)));
        assert_eq!(note(11, 0), Some((5, 1)));
    }
}
