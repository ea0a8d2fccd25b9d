//! What must hold on both engines, word for word the same.

use crate::support::Fixture;
use database::{Database, Engine, Error, Json, Migration, Result, Timestamp, Value, args, row};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const SCHEMA: &[Migration] = &[
    Migration {
        name: "0001_things",
        sql: "CREATE TABLE things (
    owner TEXT NOT NULL COLLATE \"C\",
    id BIGINT NOT NULL,
    name TEXT,
    flag BOOLEAN,
    made_at TIMESTAMPTZ,
    data JSONB,
    raw BYTEA,
    PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX things_owner_name_key ON things (owner, name) WHERE name IS NOT NULL;
CREATE TABLE slugs (
    id BIGINT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE
);
-- postgres only
ALTER TABLE slugs ALTER COLUMN slug SET STORAGE EXTENDED;
-- end
",
    },
    Migration {
        name: "0002_counters",
        sql: "CREATE TABLE counters (
    id BIGINT PRIMARY KEY,
    n BIGINT NOT NULL
);
INSERT INTO counters (id, n) VALUES (1, 0);
",
    },
];

/// Runs each case on SQLite, on PostgreSQL, and on PostgreSQL without named statements.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let fixture = super::Fixture::sqlite().await;
                fixture.db.migrate(super::SCHEMA).await.expect("the schema");
                super::$case(&fixture.db, &fixture.url).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let fixture = super::Fixture::postgres().await;
                fixture.db.migrate(super::SCHEMA).await.expect("the schema");
                super::$case(&fixture.db, &fixture.url).await;
            })*
        }
        mod unnamed {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let fixture = super::Fixture::unnamed().await;
                fixture.db.migrate(super::SCHEMA).await.expect("the schema");
                super::$case(&fixture.db, &fixture.url).await;
            })*
        }
    };
}
on_both!(
    parameters,
    types,
    nulls,
    json_and_numbers,
    unique_names,
    increments,
    together_or_not_at_all,
    failures_stay_alone,
    panics,
    failed_is_over,
    reads_do_not_write,
    migrations,
    migrating_at_once,
    preparing,
    observing,
    closing,
    many_statements,
);

async fn parameters(db: &Database, _: &str) {
    let sql = "SELECT CAST($3 AS TEXT), CAST($1 AS BIGINT) + 1, CAST($3 AS TEXT) || '$2' || CAST($2 AS TEXT)";
    let row: (String, i64, String) = db.read(move |tx| tx.one::<_>(sql, args![41, "b", "c"])).await.unwrap();
    assert_eq!(row, ("c".into(), 42, "c$2b".into()));
    // Twelve of them: $1 is not the beginning of $12.
    let many: (i64, i64) = db
        .read(|tx| {
            let list: Vec<Value> = (1..=12i64).map(Value::from).collect();
            let all = "CAST($2 AS BIGINT) + CAST($3 AS BIGINT) + CAST($4 AS BIGINT) + CAST($5 AS BIGINT) + \
                       CAST($6 AS BIGINT) + CAST($7 AS BIGINT) + CAST($8 AS BIGINT) + CAST($9 AS BIGINT) + \
                       CAST($10 AS BIGINT) + CAST($11 AS BIGINT)";
            tx.one(&format!("SELECT CAST($12 AS BIGINT) - CAST($1 AS BIGINT), {all}"), &list)
        })
        .await
        .unwrap();
    assert_eq!(many, (11, 65));
    let few: Result<(String,)> = db.read(|tx| tx.one("SELECT CAST($2 AS TEXT)", args!["only one"])).await;
    assert!(matches!(few, Err(Error::Other(_))), "{few:?}");
}

#[derive(Debug, PartialEq)]
struct Thing {
    owner: String,
    id: i64,
    name: Option<String>,
    flag: Option<bool>,
    made_at: Option<Timestamp>,
    data: Option<Json<Data>>,
    raw: Option<Vec<u8>>,
}
row!(Thing { owner, id, name, flag, made_at, data, raw });

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Data {
    names: Vec<String>,
    depth: u8,
}

const ADD: &str = "INSERT INTO things (owner, id, name, flag, made_at, data, raw) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const GET: &str = "SELECT id, owner, name, flag, made_at, data, raw FROM things WHERE owner = $1 AND id = $2";

async fn types(db: &Database, _: &str) {
    let data = || Json(Data { names: vec!["ä".into(), "\"".into()], depth: 3 });
    for (id, at) in [(i64::MAX, 1_700_000_000_123_456), (i64::MIN, -1), (0, 0)] {
        let at = Timestamp(at);
        let added = db
            .write(move |tx| {
                tx.execute(ADD, args!["o", id, format!("ünï {id}"), true, at, data(), [0u8, 255, 7].as_slice()])
            })
            .await;
        assert_eq!(added.unwrap(), 1);
        let thing: Thing = db.read(move |tx| tx.one(GET, args!["o", id])).await.unwrap();
        let expected = Thing {
            owner: "o".into(),
            id,
            name: Some(format!("ünï {id}")),
            flag: Some(true),
            made_at: Some(at),
            data: Some(data()),
            raw: Some(vec![0, 255, 7]),
        };
        assert_eq!(thing, expected);
    }
    let sql = "SELECT name FROM things WHERE made_at > $1 AND flag = $2 AND raw = $3 ORDER BY made_at LIMIT $4";
    let found: Vec<(String,)> =
        db.read(move |tx| tx.all(sql, args![Timestamp(-2), true, vec![0u8, 255, 7], 2])).await.unwrap();
    assert_eq!(found.len(), 2);
    let variants: (Value, Value, Value, Value) =
        db.read(|tx| tx.one("SELECT id, flag, made_at, raw FROM things WHERE id = 0", &[])).await.unwrap();
    assert_eq!(variants, (Value::Int(0), Value::Int(1), Value::Int(0), Value::Bytes(vec![0, 255, 7])));
}

async fn nulls(db: &Database, _: &str) {
    let null: Option<String> = None;
    db.write(move |tx| {
        tx.execute(
            ADD,
            args!["o", 1, &null, None::<bool>, None::<Timestamp>, None::<serde_json::Value>, None::<Vec<u8>>],
        )
    })
    .await
    .unwrap();
    let thing: Thing = db.read(|tx| tx.one(GET, args!["o", 1])).await.unwrap();
    assert_eq!((thing.name, thing.flag, thing.made_at), (None, None, None));
    assert!(thing.data.is_none() && thing.raw.is_none());
    let wrong: Result<(String,)> = db.read(|tx| tx.one("SELECT name FROM things", &[])).await;
    assert!(matches!(wrong, Err(Error::Other(_))));
    let none: Result<Option<(i64,)>> = db.read(|tx| tx.optional("SELECT id FROM things WHERE id = 9", &[])).await;
    assert_eq!(none.unwrap(), None);
    let none: Result<(i64,)> = db.read(|tx| tx.one("SELECT id FROM things WHERE id = 9", &[])).await;
    assert!(matches!(none, Err(Error::Other(_))));
}

async fn json_and_numbers(db: &Database, _: &str) {
    let data = serde_json::json!({ "n": 5, "s": "x", "b": true });
    let expected = data.clone();
    db.write(move |tx| tx.execute(ADD, args!["o", 1, "a", false, Timestamp(1), data.clone(), vec![1u8]]))
        .await
        .unwrap();
    // Text goes where JSON is expected.
    let text = "{\"n\": 6}";
    db.write(move |tx| tx.execute(ADD, args!["o", 2, "b", false, Timestamp(1), text, vec![1u8]])).await.unwrap();
    let sql = "SELECT data->>'n', data->>'n', data->>'s', data->>'b', data FROM things WHERE data->>'s' = $1";
    let row: (String, i64, String, bool, serde_json::Value) = db.read(move |tx| tx.one(sql, args!["x"])).await.unwrap();
    assert_eq!(row, ("5".into(), 5, "x".into(), true, expected));
    let sums: (i64, i64, i64, bool) = db
        .read(|tx| tx.one("SELECT sum(id), count(*), sum(id * 100000000 - 700000000), 1 > 2 FROM things", &[]))
        .await
        .unwrap();
    assert_eq!(sums, (3, 2, -1_100_000_000, false));
    let zero: (Option<i64>, i64) =
        db.read(|tx| tx.one("SELECT sum(id), coalesce(sum(id), 0) FROM things WHERE id = 7", &[])).await.unwrap();
    assert_eq!(zero, (None, 0));
    // RETURNING answers the row, changes it all the same, and counts without being read.
    let sql = "UPDATE things SET name = name || $1 WHERE owner = $2 RETURNING id";
    let first: Option<(i64,)> = db.write(move |tx| tx.optional(sql, args!["!", "o"])).await.unwrap();
    assert!(first.is_some());
    assert_eq!(db.write(move |tx| tx.execute(sql, args!["?", "o"])).await.unwrap(), 2);
    let names: Vec<(String,)> = db.read(|tx| tx.all("SELECT name FROM things ORDER BY id", &[])).await.unwrap();
    assert_eq!(names, [("a!?".to_owned(),), ("b!?".to_owned(),)]);
}

async fn unique_names(db: &Database, _: &str) {
    let add = |id: i64, name: &'static str| {
        db.write(move |tx| tx.execute("INSERT INTO things (owner, id, name) VALUES ('o', $1, $2)", args![id, name]))
    };
    let slug = |id: i64, slug: &'static str| {
        db.write(move |tx| tx.execute("INSERT INTO slugs (id, slug) VALUES ($1, $2)", args![id, slug]))
    };
    add(1, "a").await.unwrap();
    slug(1, "a").await.unwrap();
    let name = |r: Result<u64>| match r {
        Err(Error::Unique(name)) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name(add(1, "b").await), "things_pkey");
    assert_eq!(name(add(2, "a").await), "things_owner_name_key");
    assert_eq!(name(slug(1, "b").await), "slugs_pkey");
    assert_eq!(name(slug(2, "a").await), "slugs_slug_key");
}

async fn count(db: &Database) -> i64 {
    db.read(|tx| tx.one::<(i64,)>("SELECT n FROM counters WHERE id = 1", &[])).await.unwrap().0
}

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

async fn migrations(db: &Database, url: &str) {
    db.write(|tx| tx.execute("INSERT INTO slugs (id, slug) VALUES (1, 'kept')", &[])).await.unwrap();
    assert_eq!(db.migrate(SCHEMA).await.unwrap(), Vec::<&str>::new());
    let next = Migration { name: "0003_colour", sql: "ALTER TABLE slugs ADD COLUMN colour TEXT;" };
    // Statements that are prepared already see the new column.
    let all = || db.read(|tx| tx.all::<Wide>("SELECT * FROM slugs", &[]));
    assert_eq!(all().await.unwrap()[0].colour, None);
    assert_eq!(db.migrate(&[SCHEMA[0], SCHEMA[1], next]).await.unwrap(), ["0003_colour"]);
    db.write(|tx| tx.execute("UPDATE slugs SET colour = 'red'", &[])).await.unwrap();
    assert_eq!(all().await.unwrap()[0].colour.as_deref(), Some("red"));
    // An older program opens the newer database.
    let older = crate::support::open(url, true).await;
    assert_eq!(older.migrate(SCHEMA).await.unwrap(), Vec::<&str>::new());
    let changed = Migration { sql: "SELECT 2", ..SCHEMA[1] };
    let error = older.migrate(&[SCHEMA[0], changed]).await.unwrap_err().to_string();
    assert!(error.contains("0002_counters"), "{error}");
    // A step that fails leaves nothing behind.
    let broken = Migration { name: "0004_broken", sql: "CREATE TABLE half (id BIGINT);\nSELECT nonsense;" };
    let error = older.migrate(&[broken]).await.unwrap_err().to_string();
    assert!(error.contains("0004_broken"), "{error}");
    older.prepare("SELECT * FROM half".into()).await.unwrap_err();
}

struct Wide {
    colour: Option<String>,
}
impl database::FromRow for Wide {
    fn from_row(row: &mut database::Row) -> Result<Self> {
        // There, or not there yet.
        Ok(Wide { colour: row.get("colour").unwrap_or_default() })
    }
}

async fn migrating_at_once(_: &Database, url: &str) {
    static MORE: &[Migration] = &[
        Migration { name: "0005_a", sql: "CREATE TABLE a (id BIGINT);" },
        Migration { name: "0006_b", sql: "CREATE TABLE b (id BIGINT);" },
    ];
    let mut tasks = Vec::new();
    for _ in 0..5 {
        let db = crate::support::open(url, true).await;
        tasks.push(tokio::spawn(async move { db.migrate(MORE).await }));
    }
    let mut new = Vec::new();
    for task in tasks {
        new.extend(task.await.unwrap().unwrap());
    }
    new.sort_unstable();
    assert_eq!(new, ["0005_a", "0006_b"]);
}

async fn preparing(db: &Database, _: &str) {
    for sql in [GET, ADD, "UPDATE counters SET n = n + $1 WHERE id = $2 RETURNING n"] {
        db.prepare(sql.into()).await.unwrap();
    }
    for sql in ["SELECT nonsense FROM things", "SELEKT 1", "SELECT ?"] {
        db.prepare(sql.into()).await.unwrap_err();
    }
    assert_eq!(count(db).await, 0);
    db.ping().await.unwrap();
}

async fn observing(db: &Database, _: &str) {
    use database::Outcome::{Committed, RolledBack};
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
    let seen = seen.lock().unwrap();
    let list: Vec<_> = seen.iter().map(|o| (o.write, o.outcome)).collect();
    assert_eq!(list, [(false, Committed), (true, Committed), (true, RolledBack)]);
    assert!(seen[1].ran >= Duration::from_millis(20) && seen[1].queued < Duration::from_millis(500));
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

/// More texts than the caches hold.
async fn many_statements(db: &Database, _: &str) {
    for i in 0..1300 {
        let (n,): (i64,) = db.read(move |tx| tx.one(&format!("SELECT n + {i} FROM counters"), &[])).await.unwrap();
        assert_eq!(n, i);
    }
}
