//! Rows that many ask for at once.
//!
//! Whoever asks waits for one of a few lanes, and a lane takes all who wait: one statement finds the rows of all their
//! keys. A lone question goes at once; the more there are, the fewer round trips each costs.

use super::{
    pool::Pool,
    session::{MOVES, missing, names},
};
use crate::{
    Error, Result, Value,
    row::{Columns, Row},
    scope,
};
use std::{fmt::Write as _, sync::Arc, time::Duration};
use tokio::{
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    time::timeout,
};

/// How many share a statement at most.
const MOST: usize = 64;
/// How many statements are on their way at once.
const LANES: usize = 2;
/// How long one waits, the time in which a lane is busy with others included.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where to ask.
pub(super) struct Gather(UnboundedSender<Asked>);

struct Asked {
    within: Vec<String>,
    sql: &'static str,
    key: Vec<Value>,
    answer: oneshot::Sender<Result<Option<Row>>>,
}

impl Gather {
    pub(super) fn start(pool: &Arc<Pool>) -> Gather {
        let (sender, receiver) = unbounded_channel();
        let waiting = Arc::new(Mutex::new(receiver));
        for _ in 0..LANES {
            tokio::spawn(lane(pool.clone(), waiting.clone()));
        }
        Gather(sender)
    }

    pub(super) async fn ask(&self, within: &[&str], sql: &'static str, key: &[Value]) -> Result<Option<Row>> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::unavailable("the database is closed");
        within.iter().try_for_each(|tenant| scope::check(tenant))?;
        let within = within.iter().map(|&tenant| tenant.to_owned()).collect();
        self.0.send(Asked { within, sql, key: key.to_vec(), answer }).map_err(|_| gone())?;
        match timeout(PATIENCE, answered).await {
            Ok(answer) => answer.map_err(|_| gone())?,
            Err(_) => Err(Error::unavailable("the database does not answer in time")),
        }
    }
}

/// Answers until nobody can ask any more.
async fn lane(pool: Arc<Pool>, waiting: Arc<Mutex<UnboundedReceiver<Asked>>>) {
    let mut asked = Vec::with_capacity(MOST);
    while waiting.lock().await.recv_many(&mut asked, MOST).await > 0 {
        while let Some(sql) = asked.first().map(|first| first.sql) {
            let (same, others) = std::mem::take(&mut asked).into_iter().partition(|other: &Asked| other.sql == sql);
            asked = others;
            answer(&pool, sql, same).await;
        }
    }
}

async fn answer(pool: &Arc<Pool>, sql: &str, asked: Vec<Asked>) {
    let keys: Vec<_> = asked.iter().map(|one| one.key.as_slice()).collect();
    let mut rows: Vec<Option<Row>> = Vec::new();
    rows.resize_with(asked.len(), || None);
    let within: Vec<_> = asked.iter().flat_map(|one| &one.within).map(String::as_str).collect();
    match find(pool, &within, sql, &keys, &mut rows).await {
        Ok(()) => {
            for (one, row) in asked.into_iter().zip(rows) {
                // Nobody may be waiting any more.
                let _ = one.answer.send(Ok(row));
            }
        }
        Err(error) => {
            let text = error.to_string();
            for one in asked {
                let error = match error {
                    Error::Unavailable(_) | Error::Conflict => Error::unavailable(text.clone()),
                    _ => Error::other(text.clone()),
                };
                let _ = one.answer.send(Err(error));
            }
        }
    }
}

/// Puts each key's row in its place. What is lost on the way is asked again, because it only reads.
async fn find(pool: &Arc<Pool>, within: &[&str], sql: &str, keys: &[&[Value]], rows: &mut [Option<Row>]) -> Result<()> {
    let Some(first) = keys.first() else { return Ok(()) };
    let sql = for_many(sql, first)?;
    let arrays: Vec<_> = (0..first.len()).map(|part| array(keys.iter().filter_map(|key| key.get(part)))).collect();
    let mut moves = 0;
    loop {
        let mut lease = pool.clone().lease().await?;
        let session = lease.connected().await?;
        match session.query_now(within, &sql, &arrays).await {
            Ok(found) => {
                let Some(any) = found.first() else { return Ok(()) };
                let columns: Columns = names(&any.columns()[1..]);
                for raw in &found {
                    let mut row = Row::new(columns.clone());
                    row.refill((1..raw.len()).map(|i| super::decode::column(raw, i)))?;
                    let place: i64 = raw.try_get(0).map_err(Error::other)?;
                    if let Some(slot) = usize::try_from(place - 1).ok().and_then(|place| rows.get_mut(place)) {
                        *slot = Some(row);
                    }
                }
                return Ok(());
            }
            Err(error) if moves == MOVES || session.is_silent() => return Err(error),
            Err(Error::Conflict | Error::Unavailable(_)) => moves += 1,
            Err(error) => return Err(error),
        }
    }
}

/// The statement for one key as a statement for many: each parameter becomes an array, and the first column says
/// which key a row belongs to.
fn for_many(sql: &str, key: &[Value]) -> Result<String> {
    let (mut arrays, mut names, mut sql) = (String::new(), String::new(), sql.to_owned());
    // The last first, so that $1 is not found in $10.
    for number in (1..=key.len()).rev() {
        sql = sql.replace(&format!("${number}"), &format!("k.p{number}"));
    }
    if sql.contains('$') {
        return Err(missing(key.len() + 1));
    }
    for (index, part) in key.iter().enumerate() {
        let of = match part {
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytea",
            Value::Int(_) => "bigint",
            _ => return Err(Error::other("a key is made of texts, bytes and numbers")),
        };
        // Writing to a string cannot fail.
        let _ = write!(arrays, "{}${}::{of}[]", if index == 0 { "" } else { ", " }, index + 1);
        let _ = write!(names, "p{}, ", index + 1);
    }
    Ok(format!("SELECT k.n, r.* FROM unnest({arrays}) WITH ORDINALITY AS k ({names}n) CROSS JOIN LATERAL ({sql}) r"))
}

/// An array as PostgreSQL reads it.
fn array<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    let mut text = String::from("{");
    for value in values {
        if text.len() > 1 {
            text.push(',');
        }
        match value {
            Value::Int(number) => {
                let _ = write!(text, "{number}");
            }
            Value::Bytes(bytes) => {
                text.push_str("\"\\\\x");
                for byte in bytes {
                    let _ = write!(text, "{byte:02x}");
                }
                text.push('"');
            }
            Value::Text(chars) => {
                text.push('"');
                for c in chars.chars() {
                    if matches!(c, '"' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
                text.push('"');
            }
            _ => text.push_str("NULL"),
        }
    }
    text.push('}');
    Value::Text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_for_one_becomes_one_for_many() {
        let key = [Value::from("a"), Value::from([1_u8].as_slice()), Value::from(7_i64)];
        assert_eq!(
            for_many("SELECT x FROM t WHERE a = $1 AND b = $2 AND c = $3", &key).ok().as_deref(),
            Some(
                "SELECT k.n, r.* FROM unnest($1::text[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS k (p1, p2, p3, n) \
                 CROSS JOIN LATERAL (SELECT x FROM t WHERE a = k.p1 AND b = k.p2 AND c = k.p3) r"
            )
        );
    }

    #[test]
    fn an_array_keeps_what_it_is_given() {
        let values = [Value::from(r#"a"b\c,{}"#), Value::from([0_u8, 255].as_slice()), Value::from(-1_i64)];
        assert_eq!(array(values.iter()), Value::from(r#"{"a\"b\\c,{}","\\x00ff",-1}"#));
    }
}
