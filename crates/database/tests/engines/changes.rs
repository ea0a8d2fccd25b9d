//! Learning what has changed, here and elsewhere, and missing nothing.

use crate::both::on_both;
use crate::support::{self, Cluster, Fixture};
use database::{Database, EVERYTHING, Engine, Error, Migration, Result, RowKey, Timestamp, Tx, args, changes};

on_both!(what_changes_counts, what_another_commits_is_known_at_once, too_many_changes_count_for_everything,);

/// Of the tables of the server what its own migration needs.
const SCHEMA: &[Migration] = &[
    Migration {
        name: "0003_watched",
        sql: "CREATE TABLE organizations (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, revision BIGINT NOT NULL,
                            updated_at TIMESTAMPTZ NOT NULL, note TEXT);
CREATE TABLE members (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, revision BIGINT NOT NULL,
                      updated_at TIMESTAMPTZ NOT NULL, status TEXT NOT NULL);
CREATE TABLE sessions (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, revision BIGINT NOT NULL,
                       expires_at TIMESTAMPTZ NOT NULL);
-- postgres only
CREATE PROCEDURE isolate_tenants(name TEXT, VARIADIC tenants TEXT[]) LANGUAGE plpgsql AS $$ BEGIN END $$;
-- end
",
    },
    Migration { name: "0004_changes", sql: include_str!("../../../server/migrations/0004_changes.sql") },
];

/// The names of rows that share no counter.
fn name(number: i64) -> String {
    format!("organization-{number}")
}

async fn fill(db: &Database, count: i64) {
    db.migrate(SCHEMA).await.unwrap();
    let rows: Vec<_> = (0..count).map(|n| args![name(n), Timestamp(1)].to_vec()).collect();
    let insert = "INSERT INTO organizations (id, project_id, revision, updated_at) VALUES ($1, 'p', 0, $2)";
    db.write(move |tx| tx.execute_each(insert, &rows)).await.unwrap();
}

const CHANGE: &str = "UPDATE organizations SET revision = revision + 1 WHERE id = $1";

async fn change(db: &Database, number: i64) {
    db.write(move |tx| tx.execute(CHANGE, args![name(number)])).await.unwrap();
}

/// How often a row has changed, as far as is known now.
async fn count(db: &Database, number: i64) -> u64 {
    db.catch_up().await.unwrap();
    db.changes(&[RowKey::of(&name(number))])
}

/// The same of the first three.
async fn counts(db: &Database) -> [u64; 3] {
    db.catch_up().await.unwrap();
    [0, 1, 2].map(|number| db.changes(&[RowKey::of(&name(number))]))
}

/// A handle that has asked before.
async fn watching(url: &str) -> Database {
    let db = support::open(url, true).await;
    db.catch_up().await.unwrap();
    db
}

/// Which of them have changed since, as far as is known now.
async fn changed(db: &Database, before: [u64; 3]) -> [bool; 3] {
    let now = counts(db).await;
    [0, 1, 2].map(|number| now[number] > before[number])
}

async fn what_changes_counts(db: &Database, url: &str) {
    fill(db, 3).await;
    let watching = watching(url).await;
    let run = |sql: &'static str| db.write(move |tx: &mut Tx<'_>| tx.execute(sql, args![Timestamp(2)]));
    let none = [false; 3];
    let mut before = counts(&watching).await;
    assert_eq!(changed(&watching, before).await, none);
    for (sql, expected) in [
        ("UPDATE organizations SET revision = 7 WHERE id = 'organization-0'", [true, false, false]),
        // As a program does that counts no revisions.
        ("UPDATE organizations SET updated_at = $1 WHERE id = 'organization-1'", [false, true, false]),
        ("UPDATE organizations SET note = 'x'", none),
        ("DELETE FROM organizations WHERE id = 'organization-2'", [false, false, true]),
        ("INSERT INTO sessions VALUES ('organization-0', 'p', 0, $1)", none),
        ("UPDATE sessions SET expires_at = expires_at", none),
        ("DELETE FROM sessions", [true, false, false]),
    ] {
        run(sql).await.unwrap();
        assert_eq!(changed(&watching, before).await, expected, "{sql}");
        before = counts(&watching).await;
    }
    let undone = db.write(|tx| {
        tx.execute(CHANGE, args![name(0)])?;
        Err::<(), _>(Error::Conflict)
    });
    undone.await.unwrap_err();
    assert_eq!(changed(&watching, before).await, none);
}

/// Whoever asks after a commit has been acknowledged, on another handle, learns of it: with many at once.
async fn what_another_commits_is_known_at_once(db: &Database, url: &str) {
    const TASKS: i64 = 12;
    fill(db, TASKS).await;
    let other = support::open(url, true).await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|number| {
            let (writer, reader) =
                if number % 2 == 0 { (db.clone(), other.clone()) } else { (other.clone(), db.clone()) };
            tokio::spawn(async move {
                for _ in 0..25 {
                    let before = count(&reader, number).await;
                    change(&writer, number).await;
                    let after = count(&reader, number).await;
                    assert!(after > before, "{number}: {before}, {after}");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn clean(db: &Database) {
    let engine = db.engine();
    db.write(move |tx| clean_in(tx, engine)).await.unwrap();
}

fn clean_in(tx: &mut Tx<'_>, engine: Engine) -> Result<()> {
    tx.enter(EVERYTHING)?;
    changes::clean(tx, engine, Timestamp(i64::MAX / 2), u64::MAX >> 1).map(drop)
}

/// Alone on its server: what others have not finished there is not cleaned, and makes those who know it doubtful.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_changes_are_missed_by_nobody() {
    let cluster = Cluster::start();
    let url = cluster.url();
    deleted_changes(&support::open(&url, true).await, &url).await;
    let fixture = Fixture::sqlite().await;
    deleted_changes(&fixture.db, &fixture.url).await;
}

async fn deleted_changes(db: &Database, url: &str) {
    fill(db, 2).await;
    let (knowing, late) = (watching(url).await, watching(url).await);
    let missed = counts(&late).await;
    change(db, 0).await;
    let known = counts(&knowing).await;
    clean(db).await;
    assert_eq!(changed(&knowing, known).await, [false; 3]);
    assert_eq!(changed(&late, missed).await, [true; 3]);
    // It goes on, and what is deleted again and again leaves one row behind.
    for _ in 0..3 {
        change(db, 1).await;
        assert_eq!(changed(&knowing, known).await, [false, true, false]);
        clean(db).await;
    }
    let (rows,): (i64,) = db.read(|tx| tx.one("SELECT count(*) FROM changes WHERE position > 0", &[])).await.unwrap();
    assert_eq!(rows, 1);
    // What a transaction changes that cleans as well is not cleaned away.
    let (engine, known) = (db.engine(), counts(&knowing).await);
    let both = db.write(move |tx| {
        tx.execute(CHANGE, args![name(0)])?;
        clean_in(tx, engine)
    });
    both.await.unwrap();
    assert!(changed(&knowing, known).await[0]);
}

async fn too_many_changes_count_for_everything(db: &Database, url: &str) {
    fill(db, 2).await;
    let watching = watching(url).await;
    let before = counts(&watching).await;
    let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10001)
                INSERT INTO changes (project_id, row_id) SELECT 'p', 'organization-0' FROM n";
    db.write(move |tx| tx.execute(many, &[])).await.unwrap();
    assert_eq!(changed(&watching, before).await, [true; 3]);
}

/// Transactions commit in another order than they began; a snapshot knows which it has seen.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_late_is_not_missed() {
    let fixture = Fixture::postgres().await;
    let db = fixture.db.clone();
    fill(&db, 3).await;
    let watching = watching(&fixture.url).await;
    let before = counts(&watching).await;
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let (end, may_end) = std::sync::mpsc::channel::<()>();
    let (mut began, writer) = (Some(began), db.clone());
    let slow = tokio::spawn(async move {
        let work = move |tx: &mut Tx<'_>| {
            tx.execute(CHANGE, args![name(0)])?;
            if let Some(began) = began.take() {
                began.send(()).unwrap();
                may_end.recv().unwrap();
            }
            Ok::<_, database::Error>(())
        };
        writer.write(work).await
    });
    has_begun.await.unwrap();
    change(&db, 1).await;
    assert_eq!(changed(&watching, before).await, [false, true, false]);
    // Cleaning stops before what still runs.
    clean(&db).await;
    end.send(()).unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(changed(&watching, before).await, [true, true, false]);
}

/// A crash may give the number of a lost transaction to another. It ends all connections, but the loss of one means nothing.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_everything_is_doubtful() {
    let cluster = Cluster::start();
    let url = cluster.url();
    let other = support::open(&url, true).await;
    fill(&other, 1).await;
    let watching = watching(&url).await;
    let before = counts(&watching).await;
    other.read(move |tx| tx.one::<(i64,)>(support::END_OTHERS, &[])).await.unwrap();
    assert_eq!(changed(&watching, before).await, [false; 3]);
    let (backend,): (i64,) = other.read(|tx| tx.one("SELECT pg_backend_pid()", &[])).await.unwrap();
    support::run(std::process::Command::new("kill").args(["-9", &backend.to_string()]));
    while watching.catch_up().await.is_err() || other.ping().await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(changed(&watching, before).await, [true; 3]);
    // The new token is new once.
    watching.catch_up().await.unwrap();
    let before = counts(&watching).await;
    assert_eq!(changed(&watching, before).await, [false; 3]);
}

/// What administrators do by hand, and what replication does.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_in_secret() {
    let cluster = Cluster::start();
    let url = cluster.url();
    let name = url.rsplit('/').next().unwrap();
    fill(&support::open(&url, true).await, 4).await;
    let watching = watching(&url).await;
    let update = "UPDATE organizations SET revision = revision + 1 WHERE id = 'organization-0'";
    let off = "ALTER TABLE organizations DISABLE TRIGGER USER";
    let on = "ALTER TABLE organizations ENABLE ALWAYS TRIGGER changed";
    for (sql, expected) in [
        (format!("SET session_replication_role = replica; {update}"), [true, false, false]),
        (
            format!(
                "CREATE SCHEMA other; CREATE TABLE other.changes (LIKE changes); SET search_path = other, public; {update}"
            ),
            [true, false, false],
        ),
        (format!("BEGIN; {off}; {update}; {on}; COMMIT"), [true; 3]),
        ("TRUNCATE sessions".into(), [true; 3]),
        (off.into(), [true; 3]),
    ] {
        let before = counts(&watching).await;
        cluster.psql_in(name, &sql);
        assert_eq!(changed(&watching, before).await, expected, "{sql}");
    }
    // As long as nobody says what changes, everything may have.
    for _ in 0..3 {
        let before = counts(&watching).await;
        assert_eq!(changed(&watching, before).await, [true; 3]);
    }
}

/// A dump brings positions along that are far ahead of the new server's.
#[tokio::test(flavor = "multi_thread")]
async fn positions_of_another_server_are_cleaned_away() {
    let fixture = Fixture::postgres().await;
    let db = &fixture.db;
    fill(db, 1).await;
    let foreign = "INSERT INTO changes (position, project_id, row_id) VALUES (4000000000000, 'p', 'organization-0')";
    db.write(move |tx| tx.execute(foreign, &[])).await.unwrap();
    clean(db).await;
    let (left,): (i64,) = db.read(|tx| tx.one("SELECT count(*) FROM changes WHERE position > 0", &[])).await.unwrap();
    assert_eq!(left, 0);
}
