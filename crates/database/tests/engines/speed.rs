use crate::support::Fixture;
use database::{Database, Error, Migration, args, row};
use std::time::Instant;
const SCHEMA: &[Migration] = &[Migration {
    name: "0001",
    sql: "CREATE TABLE t (\n id TEXT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, n BIGINT NOT NULL, data JSONB NOT NULL\n);",
}];
struct T {
    id: String,
    a: String,
    b: String,
    n: i64,
    data: String,
}
row!(T { id, a, b, n, data });
async fn go(db: Database) {
    db.migrate(SCHEMA).await.unwrap();
    db.write(|tx| {
        for i in 0..5000 {
            tx.execute(
                "INSERT INTO t (id,a,b,n,data) VALUES ($1,$2,$3,$4,$5)",
                args![
                    format!("id-{i}"),
                    "aaaaaaaaaaaaaaaaaaaaaaa",
                    "bbbbbbbbbbbbbbbbbbb",
                    i,
                    format!("{{\"x\":\"{}\"}}", "y".repeat(600))
                ],
            )?;
        }
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
    let one = |db: Database, i: i32| async move {
        db.read(move |tx| {
            let id = format!("id-{}", i % 5000);
            tx.one::<T>("SELECT id, a, b, n, data FROM t WHERE id = $1", args![id])
        })
        .await
        .unwrap()
    };
    for n in [1, 16] {
        let s = Instant::now();
        let tasks: Vec<_> = (0..n)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    for i in 0..20000 / n {
                        let t = one(db.clone(), i).await;
                        assert!(t.n < 5000 && t.id.len() + t.a.len() + t.b.len() + t.data.len() > 0);
                    }
                })
            })
            .collect();
        for t in tasks {
            t.await.unwrap();
        }
        println!("reads x{n}: {:?} each", s.elapsed() / 20000);
        let s = Instant::now();
        let tasks: Vec<_> = (0..n)
            .map(|k| {
                let db = db.clone();
                tokio::spawn(async move {
                    for i in 0..2000 / n {
                        db.write(move |tx| {
                            tx.execute(
                                "UPDATE t SET n = n + 1 WHERE id = $1",
                                args![format!("id-{}", k * 200 + i % 200)],
                            )
                        })
                        .await
                        .unwrap();
                    }
                })
            })
            .collect();
        for t in tasks {
            t.await.unwrap();
        }
        println!("writes x{n}: {:?} each", s.elapsed() / 2000);
    }
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let f = Fixture::sqlite().await;
    println!("sqlite");
    go(f.db.clone()).await
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let f = Fixture::postgres().await;
    println!("postgres");
    go(f.db.clone()).await
}
