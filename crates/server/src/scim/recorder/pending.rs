//! Exchanges that are not written yet, bounded however many there are.

use super::masking::{masked_body, masked_path, masked_query};
use super::remedy::remedy;
use super::{KEPT, KEPT_OF_STRANGERS, Recorded};
use crate::recorder::{self, Connected};
use crate::scim::connections::operations::find_public;
use crate::scim::server::connection_in;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{ApiError, Result};
use foundation::id::{ScimConnectionId, ScimExchangeId};
use foundation::memory::Memory;
use foundation::time;
use foundation::witness::Testimony;
use frame::Exchange;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Connections of which exchanges are remembered until they are written; of those that nobody has shown a token of, fewer, for anybody
/// can name one.
const CONNECTIONS: usize = 10_000;
const UNPROVEN_CONNECTIONS: usize = 100;
/// Bytes of a request that are remembered. Of a longer one it is said how long it was.
const BODY: usize = 16 << 10;
/// Bytes of all of them together.
const BODIES: usize = 32 << 20;

/// What is not written yet.
#[derive(Default)]
pub(super) struct Pending {
    all: Mutex<All>,
    /// Held while it is written, so that whoever has written it knows that nothing is under way.
    writing: tokio::sync::Mutex<()>,
}

impl Memory for Pending {
    fn new(_: &Config) -> Self {
        Self::default()
    }
}

#[derive(Default)]
struct All {
    rings: HashMap<ScimConnectionId, Rings>,
    /// Bytes of bodies.
    bytes: usize,
}

/// The last exchanges of a connection: those of the directory, and those that anybody could have sent.
#[derive(Default)]
struct Rings {
    known: VecDeque<Raw>,
    others: VecDeque<Raw>,
}

/// An exchange as it was; it is masked when it is written, if it is one of the last then.
struct Raw {
    id: ScimExchangeId,
    request_id: String,
    at: Timestamp,
    method: String,
    path: String,
    query: Option<String>,
    body: Body,
    status: u16,
    refused: Option<(ApiError, String)>,
    seen: Testimony,
}

enum Body {
    Kept(Vec<u8>),
    Long(usize),
}

impl Body {
    fn kept(&self) -> usize {
        match self {
            Self::Kept(body) => body.len(),
            Self::Long(_) => 0,
        }
    }
}

impl Pending {
    fn all(&self) -> MutexGuard<'_, All> {
        // Nothing panics while it holds the lock.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn note(&mut self, connection: ScimConnectionId, mut raw: Raw) {
        let is_known = raw.seen.is_known;
        let most = if is_known { CONNECTIONS } else { UNPROVEN_CONNECTIONS };
        if self.rings.len() >= most && !self.rings.contains_key(&connection) {
            return;
        }
        if self.bytes + raw.body.kept() > BODIES {
            raw.body = Body::Long(raw.body.kept());
        }
        self.bytes += raw.body.kept();
        let rings = self.rings.entry(connection).or_default();
        let (ring, kept) = match is_known {
            true => (&mut rings.known, KEPT),
            false => (&mut rings.others, KEPT_OF_STRANGERS),
        };
        ring.push_back(raw);
        if ring.len() > kept
            && let Some(oldest) = ring.pop_front()
        {
            self.bytes -= oldest.body.kept();
        }
    }
}

/// Notes what a directory has asked and what came of it.
pub(crate) fn exchanged(app: &App, exchange: Exchange<'_>) {
    let Exchange { head, method, query, body, status, refused } = exchange;
    let (Some(witness), Some(path)) = (&head.witness, &head.path) else { return };
    let Some((connection, rest)) = connection_in(path) else { return };
    let Some(connection) = ScimConnectionId::parse(connection) else { return };
    let raw = Raw {
        id: ScimExchangeId::new(connection.environment()),
        request_id: head.request_id.clone(),
        at: head.now,
        method: method.to_owned(),
        path: rest.to_owned(),
        query: query.map(str::to_owned),
        body: if body.len() > BODY { Body::Long(body.len()) } else { Body::Kept(body.to_vec()) },
        status,
        refused: refused.map(|(error, sentence)| (error, sentence.to_owned())),
        seen: witness.testimony(),
    };
    app.memory::<Pending>().all().note(connection, raw);
}

impl Raw {
    fn recorded(self, connection: &ScimConnectionId) -> Recorded {
        let Self { id, request_id, at, method, path, query, body, status, refused, seen } = self;
        let query = query.filter(|query| !query.is_empty()).map(|query| format!("?{}", masked_query(&query)));
        let is_read = method == "GET" || path.ends_with("/.search");
        let mut reason = match &refused {
            Some((_, sentence)) => sentence.clone(),
            None if is_read => "It was answered.".to_owned(),
            None if seen.noted.is_empty() => "It changed nothing.".to_owned(),
            None => "It was done.".to_owned(),
        };
        if let Some(remark) = seen.remark {
            reason = format!("{reason} {remark}");
        }
        Recorded {
            exchange_id: id.to_string(),
            connection_id: connection.to_string(),
            request_id,
            created_at: time::to_text(at),
            path: format!("{}{}", masked_path(&path), query.unwrap_or_default()),
            method,
            status,
            verdict: if refused.is_some() { "refused" } else { "accepted" }.to_owned(),
            error_type: refused.as_ref().map(|(error, _)| error.error_type().to_owned()).unwrap_or_default(),
            reason: recorder::bounded(reason, REASON),
            remedy: refused.as_ref().map(|(error, _)| remedy(*error)).unwrap_or_default().to_owned(),
            changes: seen.noted,
            further_changes: seen.untold,
            request: match body {
                Body::Kept(body) => masked_body(&body),
                Body::Long(bytes) => format!("({bytes} bytes)"),
            },
        }
    }
}

/// Bytes of a reason that are kept.
const REASON: usize = 1000;

/// Writes what was noted. What cannot be written is lost: it is of no use later, and what is newer pushes it out.
pub(crate) async fn flush(app: &App) -> Result<()> {
    let pending = app.memory::<Pending>();
    let _writing = pending.writing.lock().await;
    let rings = std::mem::take(&mut *pending.all()).rings;
    for (connection, Rings { known, others }) in rings {
        let written = |ring: VecDeque<Raw>| -> Vec<(Timestamp, Recorded)> {
            ring.into_iter().map(|raw| (raw.at, raw.recorded(&connection))).collect()
        };
        let rings = [(true, KEPT, written(known)), (false, KEPT_OF_STRANGERS, written(others))];
        let within = app.clone();
        app.db().write(move |tx: &mut Tx| write(tx, &within, &connection, &rings)).await?;
    }
    Ok(())
}

type Written = (bool, usize, Vec<(Timestamp, Recorded)>);

fn write(tx: &mut Tx, app: &App, id: &ScimConnectionId, rings: &[Written]) -> Result<()> {
    let Some(connection) = find_public(tx, app, id.as_str())? else { return Ok(()) };
    let (project, organization) = (&connection.project_id, &connection.organization_id);
    let of = Connected { project, organization, connection: id.as_str() };
    tx.visit(organization.as_str(), |tx| {
        for (is_known, kept, exchanges) in rings {
            if !exchanges.is_empty() {
                let kept = i64::try_from(*kept).unwrap_or(i64::MAX);
                let exchanges = exchanges.iter().map(|(at, exchange)| (exchange.exchange_id.as_str(), *at, exchange));
                recorder::append(tx, of, *is_known, kept, exchanges)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::id::Environment;

    fn raw(is_known: bool, body: usize) -> Raw {
        Raw {
            id: ScimExchangeId::new(Environment::Test),
            request_id: String::new(),
            at: Timestamp(0),
            method: "GET".to_owned(),
            path: "/Users".to_owned(),
            query: None,
            body: Body::Kept(vec![b' '; body]),
            status: 200,
            refused: None,
            seen: Testimony { is_known, ..Testimony::default() },
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut all = All::default();
        let connection = ScimConnectionId::new(Environment::Test);
        for _ in 0..KEPT + 50 {
            all.note(connection.clone(), raw(true, 10));
            all.note(connection.clone(), raw(false, 10));
        }
        let rings = &all.rings[&connection];
        assert_eq!((rings.known.len(), rings.others.len()), (KEPT, KEPT_OF_STRANGERS));
        assert_eq!(all.bytes, 10 * (KEPT + KEPT_OF_STRANGERS));
        for _ in 0..UNPROVEN_CONNECTIONS + 10 {
            all.note(ScimConnectionId::new(Environment::Test), raw(false, 0));
        }
        assert_eq!(all.rings.len(), UNPROVEN_CONNECTIONS);
        for _ in 0..20 {
            let busy = ScimConnectionId::new(Environment::Test);
            (0..KEPT).for_each(|_| all.note(busy.clone(), raw(true, BODY)));
        }
        assert!(all.bytes <= BODIES && all.rings.len() == UNPROVEN_CONNECTIONS + 20, "{}", all.bytes);
    }
}
