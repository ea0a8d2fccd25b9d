//! What a transaction has entered: a wall on PostgreSQL, nothing on SQLite (threat T-07).

use crate::both::on_both;
use crate::support::{Cluster, Fixture};
use database::{Database, EVERYTHING, Engine, Error, Migration, Options, Result, Tx, args};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

on_both!(entering, visiting, writing, beginning_anew, names);

/// A row each for the tenants a, b and c, behind a policy as those of the server are.
pub(crate) const SCHEMA: &[Migration] = &[Migration {
    name: "0003_owned",
    sql: "CREATE TABLE owned (
    tenant TEXT NOT NULL PRIMARY KEY
);
-- postgres only
ALTER TABLE owned ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON owned USING (
    current_setting('guildhall.scope') = '*' OR tenant = ANY (string_to_array(current_setting('guildhall.scope'), ','))
);
-- end
INSERT INTO owned (tenant) VALUES ('a'), ('b'), ('c');
",
}];

/// The tenants whose rows are there.
pub(crate) fn seen(tx: &mut Tx<'_>) -> Result<String> {
    let rows = tx.all::<(String,)>("SELECT tenant FROM owned ORDER BY tenant", &[])?;
    Ok(rows.into_iter().map(|(tenant,)| tenant).collect())
}

/// What PostgreSQL shows; SQLite shows everything.
fn check(engine: Engine, seen: &str, expected: &str) {
    assert_eq!(seen, if engine == Engine::Postgres { expected } else { "abc" });
}

async fn entering(db: &Database, _: &str) {
    // A migration sees everything, or these rows could not have been written.
    db.migrate(SCHEMA).await.unwrap();
    let engine = db.engine();
    for write in [false, true, false] {
        let work = move |tx: &mut Tx<'_>| -> Result<()> {
            check(engine, &seen(tx)?, "");
            tx.enter("b")?;
            check(engine, &seen(tx)?, "b");
            tx.enter("a")?;
            tx.enter("b")?;
            tx.enter("nobody")?;
            check(engine, &seen(tx)?, "ab");
            tx.enter(EVERYTHING)?;
            check(engine, &seen(tx)?, "abc");
            Ok(())
        };
        if write { db.write(work).await } else { db.read(work).await }.unwrap();
    }
    let first = db.read(|tx| tx.enter("c").and_then(|()| seen(tx))).await.unwrap();
    check(engine, &first, "c");
}

async fn visiting(db: &Database, _: &str) {
    db.migrate(SCHEMA).await.unwrap();
    let engine = db.engine();
    let work = move |tx: &mut Tx<'_>| -> Result<()> {
        tx.enter("a")?;
        let inside = tx.visit("b", |tx| {
            tx.enter("c")?;
            seen(tx)
        })?;
        check(engine, &inside, "abc");
        check(engine, &seen(tx)?, "ac");
        let inside = tx.visit("a", seen)?;
        check(engine, &inside, "ac");
        check(engine, &seen(tx)?, "ac");
        let inside = tx.visit(EVERYTHING, |tx| tx.visit("a", seen))?;
        check(engine, &inside, "abc");
        // A visit that ends with an error of the caller's own is over too.
        tx.visit("b", |_| Err::<(), _>(Error::Conflict)).unwrap_err();
        check(engine, &seen(tx)?, "ac");
        Ok(())
    };
    db.read(work).await.unwrap();
}

async fn writing(db: &Database, _: &str) {
    db.migrate(SCHEMA).await.unwrap();
    let postgres = db.engine() == Engine::Postgres;
    let add = |tenant: &'static str| {
        db.write(move |tx| {
            tx.enter("d")?;
            tx.execute("INSERT INTO owned (tenant) VALUES ($1)", args![tenant])
        })
    };
    assert_eq!(add("d").await.unwrap(), 1);
    let foreign = add("e").await;
    assert!(if postgres { matches!(foreign, Err(Error::Other(_))) } else { foreign.is_ok() }, "{foreign:?}");
    let forgetful = db.write(|tx| {
        tx.enter("a")?;
        tx.execute("DELETE FROM owned", &[])
    });
    assert_eq!(forgetful.await.unwrap(), if postgres { 1 } else { 5 });
    // What is put off belongs to what had been entered then.
    let later = db.write(|tx| {
        tx.visit("f", |tx| tx.execute_later("INSERT INTO owned (tenant) VALUES ($1)", args!["f"]))?;
        tx.enter("g")?;
        tx.execute_later("INSERT INTO owned (tenant) VALUES ($1)", args!["g"])
    });
    later.await.unwrap();
}

/// Neither another attempt nor another transaction on the connection has entered what this one had.
async fn beginning_anew(db: &Database, url: &str) {
    db.migrate(SCHEMA).await.unwrap();
    let engine = db.engine();
    let one = Database::open(&Options { connections: 1, ..Options::new(url) }).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let count = attempts.clone();
    let tried = one.write(move |tx| {
        check(engine, &seen(tx)?, "");
        tx.enter(EVERYTHING)?;
        check(engine, &seen(tx)?, "abc");
        match count.fetch_add(1, Ordering::SeqCst) {
            0 | 1 if engine == Engine::Postgres => Err(Error::Conflict),
            _ => Ok(()),
        }
    });
    tried.await.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), if engine == Engine::Postgres { 3 } else { 1 });
    check(engine, &one.read(seen).await.unwrap(), "");
    one.close().await;
}

async fn names(db: &Database, _: &str) {
    for bad in ["", "none", "a,b", "'); DROP TABLE owned; --", "a b"] {
        let entered = db.read(move |tx| tx.enter(bad)).await;
        assert!(matches!(entered, Err(Error::Other(_))), "{bad}: {entered:?}");
        let visited = db.read(move |tx| tx.visit(bad, |_| Ok::<_, Error>(()))).await;
        assert!(matches!(visited, Err(Error::Other(_))), "{bad}: {visited:?}");
    }
}

/// The database is told along with a statement; when it refuses to be told, that is the error, and nothing happens.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_is_refused() {
    let fixture = Fixture::postgres().await;
    fixture.db.migrate(SCHEMA).await.unwrap();
    let name = fixture.url.rsplit('/').next().unwrap();
    let function = "FUNCTION pg_catalog.set_config(text, text, boolean)";
    Cluster::shared().psql_in(name, &format!("REVOKE EXECUTE ON {function} FROM PUBLIC"));
    let refused = fixture.db.write(|tx| tx.execute("INSERT INTO owned (tenant) VALUES ('d')", &[])).await;
    assert!(matches!(&refused, Err(Error::Other(e)) if e.to_string().contains("set_config")), "{refused:?}");
    Cluster::shared().psql_in(name, &format!("GRANT EXECUTE ON {function} TO PUBLIC"));
    let there = fixture.db.read(|tx| tx.enter(EVERYTHING).and_then(|()| seen(tx))).await;
    assert_eq!(there.unwrap(), "abc");
}
