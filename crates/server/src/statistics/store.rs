use super::Logins;
use super::sketch::Sketch;
use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that hours are kept, and days: a quarter of a year, and a year and a month.
const HOURS_KEPT: i64 = 92 * 24 * 60;
const DAYS_KEPT: i64 = 400 * 24 * 60;

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_project: Some(
            "DELETE FROM login_counts WHERE project_id = $1 AND (hour, method, outcome) IN
             (SELECT hour, method, outcome FROM login_counts WHERE project_id = $1
              ORDER BY hour, method, outcome LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM login_counts WHERE (project_id, hour, method, outcome) IN
                     (SELECT project_id, hour, method, outcome FROM login_counts WHERE hour < $1
                      ORDER BY hour LIMIT $2)",
            kept: Kept::Minutes(HOURS_KEPT),
        }],
        ..Table::new("login_counts", Owner::Project("project_id"))
    },
    Table {
        of_project: Some(
            "DELETE FROM active_members WHERE project_id = $1 AND day IN
             (SELECT day FROM active_members WHERE project_id = $1 ORDER BY day LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM active_members WHERE (project_id, day) IN
                     (SELECT project_id, day FROM active_members WHERE day < $1 ORDER BY day LIMIT $2)",
            kept: Kept::Minutes(DAYS_KEPT),
        }],
        ..Table::new("active_members", Owner::Project("project_id"))
    },
    Table {
        old: &[Old {
            delete: "DELETE FROM latency_counts WHERE (hour, kind, bucket) IN
                     (SELECT hour, kind, bucket FROM latency_counts WHERE hour < $1 ORDER BY hour LIMIT $2)",
            kept: Kept::Minutes(HOURS_KEPT),
        }],
        ..Table::new("latency_counts", Owner::Nobody)
    },
];

/// Whether a project is still there: of one that was deleted meanwhile, nothing is written any more.
fn is_there(tx: &mut Tx, project: &ProjectId) -> Result<bool> {
    let row = tx.optional::<(i64,)>("SELECT CAST(1 AS BIGINT) FROM projects WHERE id = $1", args![project])?;
    Ok(row.is_some())
}

pub(super) fn add_logins(
    tx: &mut Tx,
    project: &ProjectId,
    hour: Timestamp,
    [method, outcome]: [&str; 2],
    logins: i64,
) -> Result<()> {
    if !is_there(tx, project)? {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO login_counts (project_id, hour, method, outcome, logins) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (project_id, hour, method, outcome) DO UPDATE SET logins = login_counts.logins + excluded.logins",
        args![project, hour, method, outcome, logins],
    )?;
    Ok(())
}

row!(Logins { hour, method, outcome, logins });

pub(super) fn logins(tx: &mut Tx, project: &ProjectId, since: Timestamp) -> Result<Vec<Logins>> {
    Ok(tx.all(
        "SELECT hour, method, outcome, logins FROM login_counts WHERE project_id = $1 AND hour >= $2
         ORDER BY hour, method, outcome",
        args![project, since],
    )?)
}

/// Adds what was noted to what is stored of a day. Where that tells it already, nothing is written.
pub(super) fn merge_active(tx: &mut Tx, project: &ProjectId, day: Timestamp, sketch: &Sketch) -> Result<()> {
    if !is_there(tx, project)? {
        return Ok(());
    }
    let stored = tx.optional::<(Vec<u8>,)>(
        "SELECT sketch FROM active_members WHERE project_id = $1 AND day = $2",
        args![project, day],
    )?;
    let stored = stored.and_then(|(bytes,)| Sketch::read(bytes));
    let mut merged = sketch.clone();
    if let Some(stored) = &stored {
        merged.merge(stored);
    }
    if stored.as_ref() == Some(&merged) {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO active_members (project_id, day, sketch) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, day) DO UPDATE SET sketch = excluded.sketch",
        args![project, day, merged.bytes()],
    )?;
    Ok(())
}

pub(super) fn active(tx: &mut Tx, project: &ProjectId, since: Timestamp) -> Result<Vec<(Timestamp, Sketch)>> {
    let rows = tx.all::<(Timestamp, Vec<u8>)>(
        "SELECT day, sketch FROM active_members WHERE project_id = $1 AND day >= $2 ORDER BY day",
        args![project, since],
    )?;
    Ok(rows.into_iter().filter_map(|(day, bytes)| Some((day, Sketch::read(bytes)?))).collect())
}

pub(super) fn add_latency(tx: &mut Tx, hour: Timestamp, kind: &str, bucket: i64, requests: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO latency_counts (hour, kind, bucket, requests) VALUES ($1, $2, $3, $4)
         ON CONFLICT (hour, kind, bucket) DO UPDATE SET requests = latency_counts.requests + excluded.requests",
        args![hour, kind, bucket, requests],
    )?;
    Ok(())
}

pub(super) fn latencies(tx: &mut Tx, since: Timestamp) -> Result<Vec<(Timestamp, String, i64, i64)>> {
    Ok(tx.all(
        "SELECT hour, kind, bucket, requests FROM latency_counts WHERE hour >= $1 ORDER BY hour, kind, bucket",
        args![since],
    )?)
}
