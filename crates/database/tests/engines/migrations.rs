//! The schema's steps.

use crate::both::{SCHEMA, on_both};
use database::{Database, Migration, Result};

on_both!(migrations, migrating_at_once);

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
