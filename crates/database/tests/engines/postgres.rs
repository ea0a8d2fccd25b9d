//! What only PostgreSQL has: a network, another process that may go away, and others who write at the same time.

use crate::support::{self, Cluster, Fixture, OWNER, run};
use database::{Database, Error, Migration, Options, Result, args};
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

const SCHEMA: &[Migration] = &[Migration {
    name: "0001",
    sql: "CREATE TABLE t (\n    id BIGINT PRIMARY KEY,\n    n BIGINT NOT NULL\n);\nINSERT INTO t VALUES (1, 0), (2, 0);",
}];

async fn bump(db: &Database) -> Result<u64> {
    db.write(|tx| tx.execute("UPDATE t SET n = n + 1 WHERE id = 1", &[])).await
}

async fn count(db: &Database) -> Result<i64> {
    Ok(db.read(|tx| tx.one::<(i64,)>("SELECT n FROM t WHERE id = $1", args![1])).await?.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_and_started_again() {
    let cluster = Cluster::start();
    let db = support::open(&cluster.url(), true).await;
    db.migrate(SCHEMA).await.unwrap();
    // Several idle connections, all of which die.
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { bump(&db).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    cluster.down();
    assert!(matches!(count(&db).await, Err(Error::Unavailable(_))));
    assert!(matches!(bump(&db).await, Err(Error::Unavailable(_))));
    assert!(matches!(db.ping().await, Err(Error::Unavailable(_))));
    let refused = Database::open(&Options::new(format!("postgres://postgres@127.0.0.1:{}/x", cluster.port))).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))));
    cluster.up();
    assert_eq!(count(&db).await.unwrap(), 8);
    bump(&db).await.unwrap();
    assert_eq!(count(&db).await.unwrap(), 9);
}

/// A connection that died while idle, or before its commit, is replaced without anyone noticing.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_replaced() {
    let fixture = Fixture::postgres().await;
    let (db, other) = (&fixture.db, support::open(&fixture.url, true).await);
    db.migrate(SCHEMA).await.unwrap();
    other.read(move |tx| tx.one::<(i64,)>(support::END_OTHERS, &[])).await.unwrap();
    bump(db).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let (seen, runtime) = (attempts.clone(), tokio::runtime::Handle::current());
    let killed = db.write(move |tx| {
        tx.execute("UPDATE t SET n = n + 1 WHERE id = 1", &[])?;
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            runtime.block_on(other.read(move |tx| tx.one::<(i64,)>(support::END_OTHERS, &[])))?;
        }
        tx.execute("UPDATE t SET n = n + 1 WHERE id = 2", &[])
    });
    killed.await.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
    assert_eq!(count(db).await.unwrap(), 2);
}

/// Even where nothing is asked before the commit, of which nobody could say what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_died_at_rest_is_not_used() {
    let fixture = Fixture::postgres().await;
    let (db, other) = (&fixture.db, support::open(&fixture.url, true).await);
    db.migrate(SCHEMA).await.unwrap();
    let bump = || db.write(|tx| tx.execute_later("UPDATE t SET n = n + 1 WHERE id = 1", &[]));
    bump().await.unwrap();
    other.read(move |tx| tx.one::<(i64,)>(support::END_OTHERS, &[])).await.unwrap();
    // It is looked at after a second of rest.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    bump().await.unwrap();
    assert_eq!(count(db).await.unwrap(), 2);
}

/// A transaction that was silent for too long, as in a program that was stopped, is gone with its connection.
#[tokio::test(flavor = "multi_thread")]
async fn given_up_by_the_database() {
    let fixture = Fixture::postgres().await;
    fixture.db.migrate(SCHEMA).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let seen = attempts.clone();
    let slow = fixture.db.write(move |tx| {
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            tx.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'", &[])?;
            std::thread::sleep(Duration::from_millis(500));
        }
        tx.execute("UPDATE t SET n = n + 1 WHERE id = 1", &[])
    });
    slow.await.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
    assert_eq!(count(&fixture.db).await.unwrap(), 1);
}

/// What is wrong with an address is named, and where several hosts refuse, each.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_addresses() {
    let refused = |url: &str| {
        let options = Options::new(url);
        async move { Database::open(&options).await.err().unwrap().to_string() }
    };
    for (url, word) in [
        ("postgres://a@127.0.0.1:1/x?no_such_thing=1", "no_such_thing"),
        ("postgres://a@127.0.0.1:1/x?connect_timeout=soon", "connect_timeout"),
        ("postgres://a@127.0.0.1:1/x?target_session_attrs=bogus", "target_session_attrs"),
        ("postgres://a@127.0.0.1:1/x?sslmode=bogus", "sslmode"),
        ("postgres://a@127.0.0.1:1/x?sslmode=require&sslrootcert=system", "verify-full"),
        ("postgres://a@127.0.0.1:1/x?sslrootcert=system&sslmode=require", "verify-full"),
        ("postgres://a@127.0.0.1:1,127.0.0.1:2/x", "127.0.0.1:2"),
        ("postgres://a:hu@sh@127.0.0.1:1/x", "an @ in the name of the host; in a user or password, write"),
        ("postgres://%ffhush:x@127.0.0.1:1/x", "%25"),
    ] {
        let said = refused(url).await;
        assert!(said.contains(word) && !said.contains("hu"), "{url}: {said}");
    }
    let many = Options { connections: usize::MAX, ..Options::new("sqlite:/nonexistent/x.db") };
    assert!(Database::open(&many).await.err().unwrap().to_string().contains("connections"));
}

/// The database has fewer connections left than the pools may take together: whoever needs one waits for one.
#[tokio::test(flavor = "multi_thread")]
async fn fewer_connections_than_wanted() {
    for limit in [2, 3, 5] {
        let cluster = Cluster::start();
        let url = cluster.url();
        cluster.psql(&format!("ALTER ROLE {OWNER} CONNECTION LIMIT {limit}"));
        let db = support::open(&url, true).await;
        db.migrate(SCHEMA).await.unwrap();
        let tasks: Vec<_> = (0..60)
            .map(|i| {
                let db = db.clone();
                let slow =
                    |tx: &mut database::Tx<'_>| tx.one::<(String,)>("SELECT pg_sleep(0.02)::text", &[]).map(drop);
                tokio::spawn(async move {
                    match i % 4 {
                        0 => bump(&db).await.map(drop),
                        1 => db.read(slow).await,
                        2 => db.check(slow).await,
                        _ => db.scan(slow).await,
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(count(&db).await.unwrap(), 15, "{limit}");
        db.close().await;
    }
}

/// A program that opens its pools while another has taken all there is waits for it to give one back.
#[tokio::test(flavor = "multi_thread")]
async fn no_connection_at_first() {
    let cluster = Cluster::start();
    let url = cluster.url();
    cluster.psql(&format!("ALTER ROLE {OWNER} CONNECTION LIMIT 1"));
    let other = support::open(&url, true).await;
    let options = Options::new(&url);
    let (opened, ()) = tokio::join!(Database::open(&options), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.close().await;
    });
    opened.unwrap().ping().await.unwrap();
}

/// Two who lock the same rows in opposite order.
#[tokio::test(flavor = "multi_thread")]
async fn deadlocks_are_tried_again() {
    let fixture = Fixture::postgres().await;
    fixture.db.migrate(SCHEMA).await.unwrap();
    let cross = |first: i64, second: i64| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            db.write(move |tx| {
                tx.execute("UPDATE t SET n = n + 1 WHERE id = $1", args![first])?;
                std::thread::sleep(Duration::from_millis(100));
                tx.execute("UPDATE t SET n = n + 1 WHERE id = $1", args![second])
            })
            .await
        })
    };
    let (a, b) = tokio::join!(cross(1, 2), cross(2, 1));
    a.unwrap().unwrap();
    b.unwrap().unwrap();
    assert_eq!(count(&fixture.db).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_a_connection_is_bounded() {
    let fixture = Fixture::postgres().await;
    let one = Database::open(&Options { connections: 1, ..Options::new(&fixture.url) }).await.unwrap();
    let held = tokio::spawn({
        let one = one.clone();
        async move {
            one.read(|_| {
                std::thread::sleep(Duration::from_millis(5600));
                Ok::<_, Error>(())
            })
            .await
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    assert!(matches!(one.ping().await, Err(Error::Unavailable(_))));
    assert!((4..6).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    held.await.unwrap().unwrap();
    one.ping().await.unwrap();
}

/// A runtime with one worker is not blocked by transactions that wait for each other.
#[tokio::test(flavor = "current_thread")]
async fn no_worker_is_held() {
    let fixture = Fixture::postgres().await;
    fixture.db.migrate(SCHEMA).await.unwrap();
    let slow = fixture.db.read(|tx| tx.one::<(String,)>("SELECT CAST(pg_sleep(0.3) AS TEXT)", &[]));
    let start = Instant::now();
    let quick = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        bump(&fixture.db).await.unwrap();
        start.elapsed()
    };
    let (slow, quick) = tokio::join!(slow, quick);
    slow.unwrap();
    assert!(quick < Duration::from_millis(250), "{quick:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_hosts_and_a_socket() {
    let fixture = Fixture::postgres().await;
    let cluster = Cluster::shared();
    let name = fixture.url.rsplit('/').next().unwrap();
    // Port 1 answers nobody; the driver goes on to the next.
    let many = format!(
        "postgresql://{OWNER}@127.0.0.1:1,127.0.0.1:{}/{name}?target_session_attrs=read-write&connect_timeout=2",
        cluster.port
    );
    support::open(&many, true).await.ping().await.unwrap();
    let dir = cluster.dir().display().to_string().replace('/', "%2F");
    let socket = format!("postgres://{OWNER}@{dir}:{}/{name}", cluster.port);
    support::open(&socket, true).await.ping().await.unwrap();
}

/// The statements of one transaction may run on a connection that never saw them prepared.
#[tokio::test(flavor = "multi_thread")]
async fn statements_that_vanish_are_prepared_again() {
    let fixture = Fixture::postgres().await;
    let one = Database::open(&Options { connections: 1, ..Options::new(&fixture.url) }).await.unwrap();
    one.migrate(SCHEMA).await.unwrap();
    assert_eq!(count(&one).await.unwrap(), 0);
    one.write(|tx| tx.execute("DEALLOCATE ALL", &[])).await.unwrap();
    assert_eq!(count(&one).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted() {
    let cluster = Cluster::start();
    let dir = cluster.dir().to_owned();
    // An authority of our own, and a certificate for the name localhost.
    for args in [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout s.key -out s.csr",
        "x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out s.crt",
    ] {
        run(Command::new("openssl").args(args.split(' ')).current_dir(&dir).stderr(std::process::Stdio::null()));
    }
    run(Command::new("chown").args(["--reference=.", "s.key", "s.crt"]).current_dir(&dir));
    run(Command::new("chmod").args(["600", "s.key"]).current_dir(&dir));
    let url = cluster.url().replace("127.0.0.1", "localhost");
    let db = support::open(&url, true).await;
    for sql in [
        format!("ALTER SYSTEM SET ssl_cert_file = '{}/s.crt'", dir.display()),
        format!("ALTER SYSTEM SET ssl_key_file = '{}/s.key'", dir.display()),
        "ALTER SYSTEM SET ssl = on".to_owned(),
    ] {
        cluster.psql(&sql);
    }
    let is_encrypted = |url: String| async move {
        let db = Database::open(&Options::new(url)).await?;
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        db.read(move |tx| tx.one::<(bool,)>(sql, &[])).await.map(|(ssl,)| ssl)
    };
    assert!(!is_encrypted(url.clone()).await.unwrap());
    assert!(is_encrypted(format!("{url}?sslmode=require")).await.is_err());
    cluster.down();
    cluster.up();
    db.ping().await.unwrap();
    let ca = dir.join("ca.crt").display().to_string();
    let by_address = url.replace("localhost", "127.0.0.1");
    assert!(is_encrypted(url.clone()).await.unwrap());
    assert!(!is_encrypted(format!("{url}?sslmode=disable")).await.unwrap());
    assert!(is_encrypted(format!("{url}?sslmode=require")).await.unwrap());
    assert!(is_encrypted(format!("{url}?sslmode=verify-full&sslrootcert={ca}")).await.unwrap());
    assert!(is_encrypted(format!("{by_address}?sslmode=verify-ca&sslrootcert={ca}")).await.unwrap());
    // Signed by nobody the system knows; known, but by another name.
    assert!(is_encrypted(format!("{url}?sslmode=verify-full")).await.is_err());
    assert!(is_encrypted(format!("{by_address}?sslmode=verify-full&sslrootcert={ca}")).await.is_err());
    // A login that is bound to the connection: SCRAM-SHA-256-PLUS.
    cluster.psql(&format!("ALTER ROLE {OWNER} PASSWORD 'secret'"));
    std::fs::write(dir.join("data/pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n").unwrap();
    run(cluster.command("pg_ctl").arg("-D").arg(dir.join("data")).arg("reload"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let bound = by_address.replace(&format!("{OWNER}@"), &format!("{OWNER}:secret@"))
        + "?sslmode=require&channel_binding=require";
    assert!(is_encrypted(bound.clone()).await.unwrap());
    assert!(is_encrypted(bound.replace("secret", "wrong")).await.is_err());
}
