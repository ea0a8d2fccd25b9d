//! Rows by their key, outside any transaction, many at once.

use crate::both::on_both;
use database::{Database, Error, Result, args};

on_both!(one_by_one, many_at_once, mistakes_are_told, nothing_is_written);

async fn find(db: &Database, owner: &str, raw: &[u8], id: i64) -> Result<Option<(i64, String)>> {
    db.look_up(&["*"], "SELECT id, name FROM things WHERE owner = $1 AND raw = $2 AND id = $3", args![owner, raw, id])
        .await
}

/// Owners whose names PostgreSQL could take for something else in an array.
fn owner(id: i64) -> String {
    ["plain", "", "NULL", "{a,b}", "\"quoted\"", "back\\slash", "ünï 💥", "a\nb"][usize::try_from(id).unwrap() % 8]
        .into()
}

async fn fill(db: &Database, count: i64) {
    db.write(move |tx| {
        (0..count).try_for_each(|id| {
            let sql = "INSERT INTO things (owner, id, name, raw) VALUES ($1, $2, $3, $4)";
            tx.execute(sql, args![owner(id), id, format!("{} {id}", owner(id)), id.to_be_bytes()]).map(drop)
        })
    })
    .await
    .unwrap();
}

async fn one_by_one(db: &Database, _: &str) {
    fill(db, 16).await;
    for id in 0..16 {
        let found = find(db, &owner(id), &id.to_be_bytes(), id).await.unwrap();
        assert_eq!(found, Some((id, format!("{} {id}", owner(id)))));
        assert_eq!(find(db, &owner(id + 1), &id.to_be_bytes(), id).await.unwrap(), None);
        assert_eq!(find(db, &owner(id), b"", id).await.unwrap(), None);
    }
}

/// Each of those who share a statement gets their own row, and none where there is none.
async fn many_at_once(db: &Database, _: &str) {
    fill(db, 300).await;
    let tasks: Vec<_> = (0..600)
        .map(|id| {
            let db = db.clone();
            tokio::spawn(async move { (id, find(&db, &owner(id), &id.to_be_bytes(), id).await) })
        })
        .collect();
    for task in tasks {
        let (id, found) = task.await.unwrap();
        assert_eq!(found.unwrap(), (id < 300).then(|| (id, format!("{} {id}", owner(id)))), "{id}");
    }
}

async fn mistakes_are_told(db: &Database, _: &str) {
    let asked = db.look_up::<(i64,)>(&["*"], "SELECT id FROM nothing WHERE owner = $1", args!["a"]).await;
    assert!(matches!(asked, Err(Error::Other(_))), "{asked:?}");
    let asked = db.look_up::<(i64,)>(&["*"], "SELECT id FROM things WHERE owner = $1 AND id = $2", args!["a"]).await;
    assert!(matches!(asked, Err(Error::Other(_))), "{asked:?}");
    // Those who come next are not harmed.
    assert_eq!(find(db, "a", b"a", 1).await.unwrap(), None);
}

async fn nothing_is_written(db: &Database, _: &str) {
    let sql = "INSERT INTO slugs (id, slug) VALUES (1, $1) RETURNING id";
    assert!(db.look_up::<(i64,)>(&["*"], sql, args!["a"]).await.is_err());
    let (count,): (i64,) = db.read(|tx| tx.one("SELECT count(*) FROM slugs", &[])).await.unwrap();
    assert_eq!(count, 0);
}
