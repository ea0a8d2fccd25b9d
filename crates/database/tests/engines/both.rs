//! Cases that must hold on both engines, word for word the same.

use database::{Database, Migration};

/// Tables for all cases.
pub(crate) const SCHEMA: &[Migration] = &[
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
                let fixture = $crate::support::Fixture::sqlite().await;
                fixture.db.migrate($crate::both::SCHEMA).await.expect("the schema");
                super::$case(&fixture.db, &fixture.url).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let fixture = $crate::support::Fixture::postgres().await;
                fixture.db.migrate($crate::both::SCHEMA).await.expect("the schema");
                super::$case(&fixture.db, &fixture.url).await;
            })*
        }
        mod unnamed {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let fixture = $crate::support::Fixture::unnamed().await;
                fixture.db.migrate($crate::both::SCHEMA).await.expect("the schema");
                super::$case(&fixture.db, &fixture.url).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// Where the counter stands.
pub(crate) async fn count(db: &Database) -> i64 {
    db.read(|tx| tx.one::<(i64,)>("SELECT n FROM counters WHERE id = 1", &[])).await.unwrap().0
}
