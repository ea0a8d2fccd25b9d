//! What only SQLite has: a file, one writer, and other processes beside us.

use crate::support::Fixture;
use database::{Database, Error, Migration, Options, Result, Tx, args};
use std::{os::unix::fs::PermissionsExt, path::Path, sync::mpsc, time::Duration};

const SCHEMA: &[Migration] = &[Migration {
    name: "0001",
    sql: "CREATE TABLE t (\n    id BIGINT PRIMARY KEY,\n    parent BIGINT REFERENCES t (id) DEFERRABLE INITIALLY \
          DEFERRED\n);\n",
}];

async fn fixture() -> Fixture {
    let fixture = Fixture::sqlite().await;
    fixture.db.migrate(SCHEMA).await.unwrap();
    fixture
}

async fn add(db: &Database, id: i64, parent: Option<i64>) -> Result<u64> {
    db.write(move |tx| tx.execute("INSERT INTO t (id, parent) VALUES ($1, $2)", args![id, parent])).await
}

async fn count(db: &Database) -> i64 {
    db.read(|tx| tx.one::<(i64,)>("SELECT count(*) FROM t", &[])).await.unwrap().0
}

fn path(fixture: &Fixture) -> &Path {
    Path::new(fixture.url.trim_start_matches("sqlite:"))
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let fixture = fixture().await;
    add(&fixture.db, 1, None).await.unwrap();
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", path(&fixture).display());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

/// Where the log cannot be looked at, nothing is acknowledged.
#[tokio::test]
async fn what_the_disk_does_not_confirm_is_not_acknowledged() {
    let fixture = Fixture::sqlite().await;
    fixture.db.write(|tx| tx.one::<(i64,)>("SELECT 1", &[])).await.unwrap();
    std::fs::remove_file(format!("{}-wal", path(&fixture).display())).unwrap();
    assert!(matches!(fixture.db.migrate(SCHEMA).await, Err(Error::Unavailable(_))));
}

/// What was counted once does not change how a statement is run after the next start.
#[tokio::test]
async fn statements_are_planned_without_statistics() {
    let fixture = fixture().await;
    let schema = "CREATE TABLE u (few BIGINT, many BIGINT); CREATE INDEX by_many ON u (many);
                  CREATE INDEX by_few ON u (few);
                  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                  INSERT INTO u SELECT 1, i FROM n";
    fixture.db.write(|tx| schema.split(';').try_for_each(|sql| tx.execute(sql, &[]).map(drop))).await.unwrap();
    let before = plans(&fixture.db).await;
    fixture.db.write(|tx| tx.execute("ANALYZE", &[])).await.unwrap();
    assert_ne!(plans(&fixture.db).await, before);
    let again = Database::open(&Options::new(&fixture.url)).await.unwrap();
    assert_eq!(plans(&again).await, before);
    again.close().await;
}

/// How the writer and a reader would run one statement.
async fn plans(db: &Database) -> [String; 2] {
    let sql = "EXPLAIN QUERY PLAN SELECT * FROM u WHERE few = 1 AND many = 1";
    let plan = move |tx: &mut Tx| Ok::<_, Error>(tx.one::<(i64, i64, i64, String)>(sql, &[])?.3);
    [db.write(plan).await.unwrap(), db.read(plan).await.unwrap()]
}

/// While the writer is held, others queue up; they are then committed together, seen as one commit in the log.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_are_committed_together() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let (started, is_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let first = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |_| {
                started.send(()).unwrap();
                released.recv().unwrap();
                Ok::<_, Error>(())
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || is_started.recv()).await.unwrap().unwrap();
    let others: Vec<_> = (0..50i64)
        .map(|id| {
            let db = db.clone();
            // Every tenth breaks the primary key, every seventh a constraint that is checked at the commit only.
            let id = if id > 0 && id % 10 == 0 { 1 } else { id };
            let parent = (id % 7 == 3).then_some(1_000_000);
            tokio::spawn(async move { (id, parent, add(&db, id, parent).await) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(count(db).await, 0);
    release.send(()).unwrap();
    first.await.unwrap().unwrap();
    let mut kept = 0;
    let mut dangling = 0;
    for task in others {
        let (id, parent, result) = task.await.unwrap();
        match result {
            Ok(1) => kept += 1,
            Err(Error::Other(_)) if parent.is_some() => dangling += 1,
            Err(Error::Unique(name)) if id == 1 => assert_eq!(name, "t_pkey"),
            other => panic!("{id} {parent:?}: {other:?}"),
        }
    }
    assert!(dangling >= 6);
    assert_eq!(count(db).await, kept);
    assert_eq!(kept + dangling, 46);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_left_is_not_served() {
    let fixture = fixture().await;
    let (release, released) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel::<()>();
    let db = fixture.db.clone();
    let first = tokio::spawn(async move {
        db.write(move |_| {
            let _ = begin.send(());
            let _ = released.recv();
            Ok::<_, Error>(())
        })
        .await
    });
    begun.recv().unwrap();
    tokio::time::timeout(Duration::from_millis(50), add(&fixture.db, 1, None)).await.unwrap_err();
    release.send(()).unwrap();
    first.await.unwrap().unwrap();
    add(&fixture.db, 2, None).await.unwrap();
    assert_eq!(count(&fixture.db).await, 1);
}

/// As the command line does while the server runs.
#[tokio::test(flavor = "multi_thread")]
async fn another_handle_writes_the_same_file() {
    let fixture = fixture().await;
    let other = crate::support::open(&fixture.url, true).await;
    let mut tasks = Vec::new();
    for id in 0..100 {
        let db = if id % 2 == 0 { fixture.db.clone() } else { other.clone() };
        tasks.push(tokio::spawn(async move { add(&db, id, None).await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(count(&fixture.db).await, 100);
    assert_eq!(count(&other).await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_state() {
    let fixture = fixture().await;
    let (db, other) = (fixture.db.clone(), fixture.db.clone());
    let runtime = tokio::runtime::Handle::current();
    let (before, after): (i64, i64) = tokio::task::spawn_blocking(move || {
        runtime.clone().block_on(db.read(move |tx| {
            let (before,) = tx.one::<(i64,)>("SELECT count(*) FROM t", &[])?;
            let (other, runtime) = (other.clone(), runtime.clone());
            std::thread::spawn(move || runtime.block_on(add(&other, 1, None))).join().unwrap()?;
            let (after,) = tx.one::<(i64,)>("SELECT count(*) FROM t", &[])?;
            Ok::<_, Error>((before, after))
        }))
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!((before, after), (0, 0));
    assert_eq!(count(&fixture.db).await, 1);
}

#[tokio::test]
async fn addresses_that_cannot_be() {
    for url in ["sqlite:", "sqlite::memory:", "mysql://x", "nonsense"] {
        assert!(matches!(Database::open(&Options::new(url)).await, Err(Error::Other(_))), "{url}");
    }
    assert!(matches!(Database::open(&Options::new("sqlite:/proc/no/file.db")).await, Err(Error::Unavailable(_))));
}

/// A full disk ends SQLite's transaction, and with it everything that was to be committed together.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_not_for_ever() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.write(|tx| tx.execute("PRAGMA max_page_count = 20", &[])).await.unwrap();
    let fill = db.write(|tx| {
        for id in 0..100_000i64 {
            tx.execute("INSERT INTO t (id) VALUES ($1)", args![id])?;
        }
        Ok::<_, Error>(())
    });
    assert!(!db.lacked_space_within(Duration::from_secs(60)));
    assert!(matches!(fill.await, Err(Error::NoSpace(_))));
    assert!(db.lacked_space_within(Duration::from_secs(60)) && !db.lacked_space_within(Duration::ZERO));
    assert_eq!(count(db).await, 0);
    add(db, 1, None).await.unwrap();
    assert_eq!(count(db).await, 1);
}

/// What is written goes from the log to the file while others write, and the log begins anew. Somebody who reads for long
/// delays that, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_does_not_grow_for_ever() {
    const MEGABYTE: u64 = 1_000_000;
    let fixture = fixture().await;
    let db = &fixture.db;
    let log = format!("{}-wal", path(&fixture).display());
    let log = || std::fs::metadata(&log).unwrap().len() / MEGABYTE;
    db.write(|tx| tx.execute("CREATE TABLE big (id INTEGER PRIMARY KEY, bytes BLOB)", &[])).await.unwrap();
    let write = async |times: u32| {
        for _ in 0..times {
            db.write(|tx| tx.execute("INSERT INTO big (bytes) VALUES (randomblob(1000000))", &[])).await.unwrap();
        }
    };
    write(200).await;
    assert!(log() < 120, "{}", log());

    let (started, is_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let runtime = tokio::runtime::Handle::current();
    let reading = db.clone();
    let reader = std::thread::spawn(move || {
        runtime.block_on(reading.read(move |tx| {
            tx.one::<(i64,)>("SELECT count(*) FROM big", &[])?;
            started.send(()).unwrap();
            released.recv().unwrap();
            tx.one::<(i64,)>("SELECT count(*) FROM big", &[])
        }))
    });
    is_started.recv().unwrap();
    write(100).await;
    assert!(log() > 90, "{}", log());
    release.send(()).unwrap();
    assert_eq!(reader.join().unwrap().unwrap(), (200,));
    for _ in 0..100 {
        // What is over 64 MB is given back when the log begins anew.
        if log() < 70 {
            break;
        }
        write(1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(log() < 70, "{}", log());
    assert!(
        db.read(|tx| tx.one::<(i64,)>("SELECT count(*) FROM big WHERE length(bytes) = 1000000", &[])).await.unwrap().0
            > 300
    );
}
