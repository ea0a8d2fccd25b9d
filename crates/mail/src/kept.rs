//! Conversations that have just been used, for the next mails of a burst.

use super::conversation::Conversation;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long a conversation waits for the next mail. Many servers count those that are open.
const RESTS: Duration = Duration::from_secs(2);

/// Them, with since when they wait; the newest last.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Vec<(Instant, Conversation)>>);

impl Kept {
    /// The newest, so that those that are not needed end soon.
    pub(crate) fn take(&self) -> Option<Conversation> {
        self.list().pop().map(|(_, conversation)| conversation)
    }

    /// Keeps one for a moment, or ends it if it has had its mails.
    pub(crate) fn put(self: &Arc<Self>, conversation: Conversation) {
        if !conversation.goes_on() {
            return conversation.end();
        }
        self.list().push((Instant::now(), conversation));
        let kept = Arc::downgrade(self);
        tokio::spawn(async move {
            sleep(RESTS).await;
            if let Some(kept) = kept.upgrade() {
                kept.end_old();
            }
        });
    }

    fn end_old(&self) {
        let mut list = self.list();
        let old = list.partition_point(|(since, _)| since.elapsed() >= RESTS);
        for (_, conversation) in list.drain(..old) {
            conversation.end();
        }
    }

    fn list(&self) -> MutexGuard<'_, Vec<(Instant, Conversation)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
