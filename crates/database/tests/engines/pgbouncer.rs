//! Behind PgBouncer in transaction mode: every transaction may get another connection.

use crate::scopes;
use crate::support::{self, Cluster, OWNER};
use database::{Error, Migration, Result, Tx, args};
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Stopped when dropped.
struct Bouncer(Child);

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A pooler with three connections for everyone, and the address through it.
fn start(cluster: &Cluster) -> (Bouncer, String) {
    let url = cluster.url();
    let name = url.rsplit('/').next().expect("a database");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let settings = cluster.dir().join(format!("{name}.ini"));
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 100\n\
         [users]\n",
        cluster.port
    );
    // The wildcard needs a user, since `any` forgets whom it let in.
    let text = text.replace("host=127.0.0.1", &format!("host=127.0.0.1 user={OWNER}"));
    std::fs::write(&settings, text).expect("the settings");
    let mut command = Command::new("/usr/sbin/pgbouncer");
    if support::is_root() {
        command.args(["-u", "postgres"]);
    }
    let child = command.arg("-q").arg(&settings).stderr(Stdio::null()).spawn().expect("PgBouncer (Debian: pgbouncer)");
    let bouncer = Bouncer(child);
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(10), "PgBouncer does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    (bouncer, format!("postgres://{OWNER}@127.0.0.1:{port}/{name}?sslmode=disable"))
}

/// T-07: a connection that was another's a moment ago has entered nothing of what that one had.
#[tokio::test(flavor = "multi_thread")]
async fn scopes_behind_a_pooler() {
    let cluster = Cluster::shared();
    let (_bouncer, url) = start(&cluster);
    let db = support::open(&url, false).await;
    db.migrate(scopes::SCHEMA).await.unwrap();
    let tasks: Vec<_> = (0..120)
        .map(|i| {
            let db = db.clone();
            let (tenant, expected) = [("a", "a"), ("b", "b"), ("*", "abc"), ("", "")][i % 4];
            let work = move |tx: &mut Tx<'_>| -> Result<String> {
                if !tenant.is_empty() {
                    tx.enter(tenant)?;
                }
                scopes::seen(tx)?;
                scopes::seen(tx)
            };
            tokio::spawn(async move {
                let seen = if i % 3 == 0 { db.write(work).await } else { db.read(work).await };
                assert_eq!(seen.unwrap(), expected);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_behind_a_pooler() {
    const SCHEMA: &[Migration] =
        &[Migration { name: "0001", sql: "CREATE TABLE t (\n    id BIGINT PRIMARY KEY,\n    n BIGINT NOT NULL\n);\n" }];
    let cluster = Cluster::shared();
    let (_bouncer, url) = start(&cluster);
    let db = support::open(&url, false).await;
    assert_eq!(db.migrate(SCHEMA).await.unwrap(), ["0001"]);
    db.write(|tx| tx.execute("INSERT INTO t (id, n) VALUES (1, 0)", &[])).await.unwrap();
    let tasks: Vec<_> = (0..100i64)
        .map(|i| {
            let db = db.clone();
            tokio::spawn(async move {
                if i % 4 == 0 {
                    let (n,) = db.read(|tx| tx.one::<(i64,)>("SELECT n FROM t WHERE id = $1", args![1])).await?;
                    assert!(n <= 75);
                    return Ok::<_, Error>(());
                }
                db.write(move |tx| {
                    let (n,) = tx.one::<(i64,)>("SELECT n FROM t WHERE id = $1", args![1])?;
                    tx.execute("UPDATE t SET n = $2 WHERE id = $1", args![1, n + 1]).map(drop)
                })
                .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let (n,): (i64,) = db.read(|tx| tx.one("SELECT n FROM t", &[])).await.unwrap();
    assert_eq!(n, 75);
}
