//! What is new in the table of changes.
//!
//! One follower asks for all who wait at the same time. A lone question goes at once; the more there are, the less each
//! costs.
//!
//! Positions are transaction ids, and the follower keeps the snapshot of its last question: new is what that had not seen
//! yet. Such a snapshot means something on the same server without a crash in between. A token in the table tells: it is
//! not logged, so a crash and the promotion of a standby empty it.

use super::{
    pool::Pool,
    session::{MOVES, Session},
};
use crate::{Error, Result, args, changes::Changes, tx::Mode};
use futures_util::FutureExt as _;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    time::timeout,
};

/// How long one waits, the time in which others are answered included.
const PATIENCE: Duration = Duration::from_secs(15);

/// The token stands at position 0, which no transaction has. The limit is [`MOST`](crate::changes::MOST).
const NEWS: &str = "SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT string_agg(row_id, ' ' ORDER BY row_id) FROM changes WHERE position = 0) AS token,
       (SELECT string_agg(concat(oid, tgenabled, xmin), ' ' ORDER BY oid) FROM pg_trigger
        WHERE tgfoid = to_regproc('note_change')) || ' ' || pg_postmaster_start_time() AS source,
       (SELECT string_agg(row_id, ',') FROM (
            SELECT row_id FROM changes
            WHERE position BETWEEN pg_snapshot_xmax(nullif($1, '')::pg_snapshot)::text::bigint
                           AND pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            UNION ALL
            SELECT row_id FROM changes
            WHERE position = ANY (ARRAY(SELECT pg_snapshot_xip(nullif($1, '')::pg_snapshot)::text::bigint))
            LIMIT 10000
        ) new) AS rows";

const NEW_TOKEN: &str =
    "INSERT INTO changes (position, project_id, row_id) VALUES (0, '*', gen_random_uuid()) RETURNING row_id";

/// Whether all tables that count their changes have triggers that say so. Where tables are distributed they have not.
const IS_COMPLETE: &str = "SELECT NOT EXISTS (
        SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'revision'
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = to_regproc('note_change')
             AND t.tgenabled = 'A' AND t.tgname IN ('changed', 'deleted', 'emptied')) < 3)";

/// Where to ask.
pub(super) struct Tail(UnboundedSender<Answer>);

type Answer = oneshot::Sender<Result<()>>;

impl Tail {
    pub(super) fn start(pool: &Arc<Pool>, changes: &Arc<Changes>) -> Tail {
        let (sender, receiver) = unbounded_channel();
        let (pool, changes) = (pool.clone(), changes.clone());
        let follower = Follower { pool, changes, snapshot: String::new(), source: None, is_complete: false };
        tokio::spawn(follower.run(receiver));
        Tail(sender)
    }

    pub(super) async fn catch_up(&self) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::unavailable("the database is closed");
        self.0.send(answer).map_err(|_| gone())?;
        match timeout(PATIENCE, answered).await {
            Ok(answer) => answer.map_err(|_| gone())?,
            Err(_) => Err(Error::unavailable("the database does not answer in time")),
        }
    }
}

struct Follower {
    pool: Arc<Pool>,
    changes: Arc<Changes>,
    snapshot: String,
    /// The token, the triggers and the server it is of, and whether all that changes is said there.
    source: Option<(String, String)>,
    is_complete: bool,
}

impl Follower {
    /// Answers until nobody can ask any more.
    async fn run(mut self, mut waiting: UnboundedReceiver<Answer>) {
        let mut asked = Vec::new();
        while waiting.recv_many(&mut asked, usize::MAX).await > 0 {
            let result = AssertUnwindSafe(self.catch_up()).catch_unwind().await.unwrap_or_else(|_| {
                // Those who ask later are answered again, and what was learned half is learned anew.
                self.source = None;
                Err(Error::unavailable("a panic while asking for changes"))
            });
            for answer in asked.drain(..) {
                // Nobody may be waiting any more.
                let _ = answer.send(result.as_ref().map_err(Error::again).copied());
            }
        }
    }

    /// What is lost on the way is asked again, because it only reads.
    async fn catch_up(&mut self) -> Result<()> {
        let mut moves = 0;
        loop {
            let mut lease = self.pool.clone().lease().await?;
            let session = lease.connected().await?;
            match self.ask(session).await {
                Ok(()) => return Ok(()),
                Err(error) if moves == MOVES || session.is_silent() => return Err(error),
                Err(Error::Conflict | Error::Unavailable(_)) => moves += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn ask(&mut self, session: &mut Session) -> Result<()> {
        type News = (String, Option<String>, Option<String>, Option<String>);
        let (snapshot, token, source, rows) = session.one_now::<News>(Mode::Read, NEWS, args![&self.snapshot]).await?;
        let source = token.zip(source);
        if source.is_none() || source != self.source {
            self.changes.learn_everything();
            self.source = None;
            self.is_complete = session.one_now::<(bool,)>(Mode::Read, IS_COMPLETE, &[]).await?.0;
            if source.is_none()
                && self.is_complete
                && let Err(error) = session.one_now::<(String,)>(Mode::Write, NEW_TOKEN, &[]).await
            {
                // Reading goes on where nothing can be written; everything stays in doubt.
                tracing::debug!(%error, "the table of changes has no token");
            }
            self.source = source;
        } else if !self.is_complete {
            self.changes.learn_everything();
        } else if let Some(rows) = rows {
            self.changes.learn(&rows, known_before(&self.snapshot));
        }
        self.snapshot = snapshot;
        Ok(())
    }
}

/// The first transaction whose end a snapshot, as `10:14:11,13`, had not seen.
fn known_before(snapshot: &str) -> i64 {
    snapshot.split(':').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_snapshot_knows_all_before_its_first_transaction() {
        assert_eq!(super::known_before("10:14:11,13"), 10);
        assert_eq!(super::known_before(""), 0);
    }
}
