//! All or nothing, alone or together.

use crate::both::{count, on_both};
use database::{Database, Engine, Error, Options, Result, args};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

on_both!(
    increments,
    for_each_row,
    later,
    later_fails,
    together_or_not_at_all,
    failures_stay_alone,
    panics,
    panics_while_reading,
    failed_is_over,
    reads_do_not_write,
    holding,
    scans_hold_up_nothing,
    prefetching,
    observing,
    closing,
);

async fn increments(db: &Database, _: &str) {
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(|tx| {
                    let (n,) = tx.one::<(i64,)>("SELECT n FROM counters WHERE id = 1", &[])?;
                    tx.execute("UPDATE counters SET n = $1 WHERE id = 1", args![n + 1])
                })
                .await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), 1);
    }
    assert_eq!(count(db).await, 40);
}

async fn for_each_row(db: &Database, _: &str) {
    let rows: Vec<_> = (0..2500_i64).map(|id| args![id, format!("s{id}")].to_vec()).collect();
    let insert = "INSERT INTO slugs (id, slug) VALUES ($1, $2)";
    let again = rows.clone();
    assert_eq!(db.write(move |tx| tx.execute_each(insert, &rows)).await.unwrap(), 2500);
    assert!(matches!(db.write(move |tx| tx.execute_each(insert, &again[350..])).await, Err(Error::Unique(_))));
    assert_eq!(db.write(|tx| tx.execute_each("DELETE FROM slugs WHERE id >= $1", &[])).await.unwrap(), 0);
    let delete = [args![600_i64].to_vec(), args![500_i64].to_vec()];
    let deleted = db.write(move |tx| tx.execute_each("DELETE FROM slugs WHERE id >= $1", &delete)).await;
    assert_eq!(deleted.unwrap(), 2000);
}

async fn later(db: &Database, _: &str) {
    const INSERT: &str = "INSERT INTO slugs (id, slug) VALUES ($1, $2)";
    let seen = db.write(|tx| {
        // More than wait at once.
        for id in 0..40_i64 {
            tx.execute_later(INSERT, args![id, format!("s{id}")])?;
        }
        let (seen,) = tx.one::<(i64,)>("SELECT COUNT(*) FROM slugs", &[])?;
        tx.execute_later("DELETE FROM slugs WHERE id >= $1", args![30_i64])?;
        Ok::<_, Error>(seen)
    });
    assert_eq!(seen.await.unwrap(), 40);
    let alone = db.write(|tx| tx.execute_later(INSERT, args![100_i64, "alone"]));
    alone.await.unwrap();
    let undone = db.write(|tx| {
        tx.execute_later(INSERT, args![101_i64, "undone"])?;
        Err::<(), _>(Error::Other("no".into()))
    });
    undone.await.unwrap_err();
    let (left,) = db.read(|tx| tx.one::<(i64,)>("SELECT COUNT(*) FROM slugs", &[])).await.unwrap();
    assert_eq!(left, 31);
}

/// It is the next statement or the commit that fails, and nothing is kept.
async fn later_fails(db: &Database, _: &str) {
    const INSERT: &str = "INSERT INTO slugs (id, slug) VALUES ($1, $2)";
    for statement_follows in [true, false] {
        let failed = db.write(move |tx| {
            tx.execute(INSERT, args![1_i64, "one"])?;
            tx.execute_later(INSERT, args![2_i64, "one"])?;
            tx.execute_later(INSERT, args![3_i64, "three"])?;
            if statement_follows {
                tx.execute("UPDATE counters SET n = 1", &[])?;
            }
            Ok::<_, Error>(())
        });
        assert!(matches!(failed.await, Err(Error::Unique(name)) if name == "slugs_slug_key"), "{statement_follows}");
    }
    let (left,) = db.read(|tx| tx.one::<(i64,)>("SELECT COUNT(*) FROM slugs", &[])).await.unwrap();
    assert_eq!((left, count(db).await), (0, 0));
}

/// What one transaction holds, another changes only when that one has ended.
async fn holding(db: &Database, _: &str) {
    let (order, (held, holds)) = (Arc::new(Mutex::new(Vec::new())), std::sync::mpsc::channel());
    let (db_, order_) = (db.clone(), order.clone());
    let first = tokio::spawn(async move {
        let hold = move |tx: &mut database::Tx<'_>| -> Result<()> {
            let rows =
                tx.hold::<(i64,)>("SELECT n FROM counters WHERE id = $1 ORDER BY n DESC LIMIT 1", args![1i64])?;
            assert_eq!(rows, [(0,)]);
            let _ = held.send(());
            std::thread::sleep(Duration::from_millis(100));
            order_.lock().unwrap().push("held");
            Ok(())
        };
        db_.write(hold).await
    });
    tokio::task::spawn_blocking(move || holds.recv()).await.unwrap().unwrap();
    let order_ = order.clone();
    let change = move |tx: &mut database::Tx<'_>| -> Result<()> {
        tx.execute("UPDATE counters SET n = 1 WHERE id = 1", &[])?;
        order_.lock().unwrap().push("changed");
        Ok(())
    };
    db.write(change).await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(*order.lock().unwrap(), ["held", "changed"]);
    assert_eq!(count(db).await, 1);
}

/// Many transactions at once, some of which fail halfway: each is there wholly or not at all.
async fn together_or_not_at_all(db: &Database, _: &str) {
    let tasks: Vec<_> = (0..200i64)
        .map(|i| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |tx| {
                    tx.execute("INSERT INTO slugs (id, slug) VALUES ($1, $2)", args![i, format!("a{i}")])?;
                    let other = if i % 3 == 0 { i } else { i + 1000 };
                    tx.execute("INSERT INTO slugs (id, slug) VALUES ($1, $2)", args![other, format!("b{i}")])
                })
                .await
            })
        })
        .collect();
    for (i, task) in tasks.into_iter().enumerate() {
        let result = task.await.unwrap();
        assert_eq!(result.is_err(), i % 3 == 0, "{i}: {result:?}");
    }
    let (n,): (i64,) = db.read(|tx| tx.one("SELECT count(*) FROM slugs", &[])).await.unwrap();
    assert_eq!(n, 2 * (200 - 67));
}

#[derive(Debug)]
enum Refusal {
    Ours,
    Database(Error),
}
impl From<Error> for Refusal {
    fn from(e: Error) -> Self {
        Refusal::Database(e)
    }
}
impl database::IsConflict for Refusal {
    fn is_conflict(&self) -> bool {
        matches!(self, Refusal::Database(Error::Conflict))
    }
}

async fn failures_stay_alone(db: &Database, _: &str) {
    let refused = db.write(|tx| {
        tx.execute("UPDATE counters SET n = 100 WHERE id = 1", &[])?;
        Err::<(), _>(Refusal::Ours)
    });
    let kept = db.write(|tx| tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[]));
    let (refused, kept) = tokio::join!(refused, kept);
    assert!(matches!(refused, Err(Refusal::Ours)));
    assert_eq!(kept.unwrap(), 1);
    assert_eq!(count(db).await, 1);
}

async fn panics(db: &Database, _: &str) {
    for write in [true, false, true, false] {
        let other = db.clone();
        let panicked = tokio::spawn(async move {
            let f = move |tx: &mut database::Tx<'_>| -> Result<()> {
                if write {
                    tx.execute("UPDATE counters SET n = 100 WHERE id = 1", &[])?;
                } else {
                    tx.one::<(i64,)>("SELECT n FROM counters", &[])?;
                }
                panic!("a panic that the test wants");
            };
            if write { other.write(f).await } else { other.read(f).await }
        });
        let kept = db.write(|tx| tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[]));
        let (panicked, kept) = tokio::join!(panicked, kept);
        let panic = panicked.unwrap_err().into_panic();
        assert_eq!(*panic.downcast::<&str>().unwrap(), "a panic that the test wants");
        kept.unwrap();
    }
    assert_eq!(count(db).await, 4);
}

/// The rest of the answer is not taken for that of the next who use the connection.
async fn panics_while_reading(_: &Database, url: &str) {
    struct Panics;
    impl database::FromRow for Panics {
        fn from_row(row: &mut database::Row) -> Result<Self> {
            match row.at::<i64>(0)? {
                3 => panic!("a panic that the test wants"),
                _ => Ok(Panics),
            }
        }
    }
    let few = Database::open(&Options { connections: 4, ..Options::new(url) }).await.unwrap();
    let numbers = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9) SELECT n FROM n";
    for write in [false, true, false] {
        let other = few.clone();
        let panicked = tokio::spawn(async move {
            let read = move |tx: &mut database::Tx<'_>| tx.all::<Panics>(numbers, &[]).map(drop);
            if write { other.write(read).await } else { other.read(read).await }
        });
        panicked.await.unwrap_err().into_panic();
        for _ in 0..8 {
            assert_eq!(count(&few).await, 0);
        }
    }
}

/// PostgreSQL would answer COMMIT with a silent ROLLBACK, SQLite would go on: neither may happen.
async fn failed_is_over(db: &Database, _: &str) {
    let ignored = db
        .write(|tx| {
            tx.execute("UPDATE counters SET n = 100 WHERE id = 1", &[])?;
            let _ = tx.execute("INSERT INTO counters (id, n) VALUES (1, 1)", &[]);
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(ignored, Err(Error::Other(_))), "{ignored:?}");
    let late = db
        .write(|tx| {
            let _ = tx.execute("INSERT INTO counters (id, n) VALUES (1, 1)", &[]);
            tx.execute("UPDATE counters SET n = 100 WHERE id = 1", &[])
        })
        .await;
    assert!(matches!(late, Err(Error::Other(_))), "{late:?}");
    assert_eq!(count(db).await, 0);
}

async fn reads_do_not_write(db: &Database, _: &str) {
    let written = db.read(|tx| tx.execute("UPDATE counters SET n = 5 WHERE id = 1", &[])).await;
    assert!(matches!(written, Err(Error::Other(_))), "{written:?}");
    assert_eq!(count(db).await, 0);
}

/// What is fetched beforehand is never older than what has been written since.
async fn prefetching(db: &Database, _: &str) {
    const FIND: &str = "SELECT id, slug FROM slugs WHERE id = $1";
    const COUNT: &str = "SELECT count(*) FROM slugs";
    let insert = |id: i64| ("INSERT INTO slugs (id, slug) VALUES ($1, $2)", args![id, format!("s{id}")].to_vec());
    // Twice, for the second time each statement is compiled already.
    for first in [10_i64, 20] {
        let all = move |tx: &mut database::Tx<'_>| {
            for id in first..first + 3 {
                let (sql, args) = insert(id);
                tx.execute_later(sql, &args)?;
            }
            for id in first..first + 4 {
                tx.prefetch(FIND, args![id])?;
            }
            tx.prefetch_held(FIND, args![first])?;
            tx.prefetch(COUNT, &[])?;
            let found = |tx: &mut database::Tx<'_>, id: i64| tx.optional::<(i64, String)>(FIND, args![id]);
            assert_eq!(found(tx, first + 2)?, Some((first + 2, format!("s{}", first + 2))));
            assert_eq!(found(tx, first + 3)?, None);
            assert_eq!(tx.hold::<(i64, String)>(FIND, args![first])?, [(first, format!("s{first}"))]);
            let (counted,) = tx.one::<(i64,)>(COUNT, &[])?;
            tx.prefetch(COUNT, &[])?;
            tx.prefetch(FIND, args![first + 1])?;
            let (sql, args) = insert(first + 3);
            tx.execute_later(sql, &args)?;
            assert_eq!(tx.one::<(i64,)>(COUNT, &[])?, (counted + 1,));
            tx.prefetch(FIND, args![first + 1])?;
            let changed =
                tx.all::<(i64,)>("UPDATE slugs SET slug = 'x' || slug WHERE id = $1 RETURNING id", args![first + 1]);
            assert_eq!(changed?, [(first + 1,)]);
            assert_eq!(found(tx, first + 1)?, Some((first + 1, format!("xs{}", first + 1))));
            // Nobody asks for these.
            (first..first + 30).try_for_each(|id| tx.prefetch(FIND, args![id]))
        };
        db.write(all).await.unwrap();
        let counted = db.read(|tx| tx.one::<(i64,)>(COUNT, &[])).await.unwrap();
        assert_eq!(counted, (if first == 10 { 4 } else { 8 },));
    }
    assert_eq!(count(db).await, 0);
}

/// More scans than there are connections, each of which would take days.
async fn scans_hold_up_nothing(db: &Database, _: &str) {
    const ENDLESS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
        SELECT count(*) FROM n a, n b, n c, n d, n e";
    let ended = Arc::new(AtomicU32::new(0));
    let scans: Vec<_> = (0..12)
        .map(|_| {
            let (db, ended) = (db.clone(), ended.clone());
            tokio::spawn(async move {
                let scan = db.scan(|tx| tx.one::<(i64,)>(ENDLESS, &[])).await;
                ended.fetch_add(1, Ordering::SeqCst);
                scan
            })
        })
        .collect();
    for n in 0..20_i64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let increment = "UPDATE counters SET n = n + 1 WHERE id = 1";
        db.write(move |tx| tx.execute(increment, &[])).await.unwrap();
        let read = |tx: &mut database::Tx<'_>| tx.one::<(i64,)>("SELECT n FROM counters WHERE id = 1", &[]);
        assert_eq!(db.check(read).await.unwrap(), (n + 1,));
        assert_eq!(db.read(read).await.unwrap(), (n + 1,));
    }
    assert_eq!(ended.load(Ordering::SeqCst), 0, "the scans were over before anything was asked beside them");
    for scan in scans {
        let scan = scan.await.unwrap();
        assert!(matches!(scan, Err(Error::TooSlow(_))), "{scan:?}");
    }
    let short = db.scan(|tx| tx.one::<(i64,)>("SELECT n FROM counters WHERE id = 1", &[])).await;
    assert_eq!(short.unwrap(), (20,));
}

async fn observing(db: &Database, _: &str) {
    use database::{
        Kind,
        Outcome::{Committed, RolledBack},
    };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = seen.clone();
    db.observe(move |o| into.lock().unwrap().push(o));
    count(db).await;
    db.write(|tx| {
        std::thread::sleep(Duration::from_millis(20));
        tx.execute("UPDATE counters SET n = 1", &[])
    })
    .await
    .unwrap();
    db.write(|_| Err::<(), _>(Refusal::Ours)).await.unwrap_err();
    let mut conflicts = 2;
    let meets_others = move |_: &mut database::Tx<'_>| match conflicts {
        0 => Ok(()),
        _ => {
            conflicts -= 1;
            Err(Refusal::Database(Error::Conflict))
        }
    };
    let repeats = match db.write(meets_others).await {
        Ok(()) => 2,
        // Nobody else writes on SQLite, so there is nobody to meet.
        Err(_) => 0,
    };
    assert_eq!(repeats == 2, db.engine() == Engine::Postgres);
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    assert_eq!(seen.pop().map(|last| last.repeats), Some(repeats));
    let list: Vec<_> = seen.iter().map(|o| (o.kind, o.outcome)).collect();
    assert_eq!(list, [(Kind::Read, Committed), (Kind::Write, Committed), (Kind::Write, RolledBack)]);
    assert!(seen[1].ran >= Duration::from_millis(20) && seen[1].queued < Duration::from_millis(500));
    lanes(db).await;
}

/// Who is at work, and who waits, is seen without asking.
async fn lanes(db: &Database) {
    let lane = |db: &Database, name| db.numbers().lanes.into_iter().find(|lane| lane.name == name).unwrap();
    let size = lane(db, "write").size;
    let (begun, end) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let writes: Vec<_> = (0..size + 2)
        .map(|_| {
            let (db, begun, end) = (db.clone(), begun.clone(), end.clone());
            tokio::spawn(async move {
                db.write(move |_| {
                    begun.fetch_add(1, Ordering::SeqCst);
                    while end.load(Ordering::SeqCst) == 0 {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    Ok::<_, Error>(())
                })
                .await
            })
        })
        .collect();
    // SQLite's writer takes what waits together, so how many are left in its queue is a matter of luck.
    let least = if db.engine() == Engine::Postgres { 2 } else { 0 };
    while begun.load(Ordering::SeqCst) < 1 || lane(db, "write").in_use < size || lane(db, "write").waiting < least {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    end.store(1, Ordering::SeqCst);
    for write in writes {
        write.await.unwrap().unwrap();
    }
    while lane(db, "write").in_use > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(lane(db, "write").waiting, 0);
    assert_eq!(db.numbers().files.len(), if db.engine() == Engine::Sqlite { 2 } else { 0 });
}

async fn closing(db: &Database, url: &str) {
    let ran = Arc::new(AtomicU32::new(0));
    let ours = ran.clone();
    let other = db.clone();
    let last = tokio::spawn(async move {
        other
            .write(move |tx| {
                ours.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(100));
                tx.execute("UPDATE counters SET n = 7 WHERE id = 1", &[])
            })
            .await
    });
    while ran.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    db.close().await;
    assert_eq!(last.await.unwrap().unwrap(), 1);
    assert!(matches!(db.ping().await, Err(Error::Unavailable(_))));
    let late = db.write(|tx| tx.execute("UPDATE counters SET n = 8 WHERE id = 1", &[])).await;
    assert!(matches!(late, Err(Error::Unavailable(_))));
    db.close().await;
    if db.engine() == Engine::Sqlite {
        let log = format!("{}-wal", url.trim_start_matches("sqlite:"));
        assert!(std::fs::metadata(log).map_or(0, |m| m.len()) == 0, "the log is not empty");
    }
    assert_eq!(count(&crate::support::open(url, true).await).await, 7);
}
