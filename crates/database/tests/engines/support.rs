//! A private PostgreSQL for the tests of one program, and databases on both engines.

use database::{Database, Options};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
};
use tempfile::TempDir;

/// A server of our own, stopped and deleted when the last test drops it.
pub(crate) struct Cluster {
    dir: TempDir,
    bin: PathBuf,
    pub(crate) port: u16,
}

/// Who owns the databases: no superuser, whom row-level security would not concern.
pub(crate) const OWNER: &str = "guildhall";

/// Ends all other connections to the database.
pub(crate) const END_OTHERS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = current_database()";

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    /// The one the tests of this program share while any of them runs.
    pub(crate) fn shared() -> Arc<Cluster> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let cluster = Arc::new(Cluster::start());
            *shared = Arc::downgrade(&cluster);
            cluster
        })
    }

    /// A new one.
    pub(crate) fn start() -> Cluster {
        let dir = tempfile::Builder::new().prefix("guildhall-pg-").tempdir().expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(dir.path()));
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let cluster = Cluster { dir, bin: programs(), port };
        let data = cluster.dir.path().join("data");
        run(cluster.command("initdb").arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]));
        cluster.up();
        cluster.psql(&format!("CREATE ROLE {OWNER} LOGIN"));
        cluster
    }

    /// Runs a statement as the superuser.
    pub(crate) fn psql(&self, sql: &str) {
        self.psql_in("postgres", sql);
    }

    /// Runs a statement as the superuser, in this database.
    pub(crate) fn psql_in(&self, database: &str, sql: &str) {
        let port = self.port.to_string();
        let login = ["-q", "-h", "127.0.0.1", "-U", "postgres", "-d", database, "-p", &port];
        run(self.command("psql").args(login).args(["-c", sql]));
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn up(&self) {
        let dir = self.dir.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={dir} -c fsync=off -c max_connections=200",
            self.port
        );
        let log = self.dir.path().join("log");
        run(self.pg_ctl().arg("-l").arg(log).arg("-o").arg(options).arg("start"));
    }

    pub(crate) fn down(&self) {
        run(self.pg_ctl().args(["-m", "fast", "stop"]));
    }

    fn pg_ctl(&self) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg("-D").arg(self.dir.path().join("data")).arg("-w");
        command
    }

    /// As the user postgres where we are root, for PostgreSQL refuses to run as root.
    pub(crate) fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = Command::new(if is_root() { Path::new("runuser") } else { &program });
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        command.current_dir(self.dir.path());
        command
    }

    /// The address of a new, empty database, as its owner sees it.
    pub(crate) fn url(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        run(self
            .command("createdb")
            .args(["-h", "127.0.0.1", "-U", "postgres", "-O", OWNER, "-p"])
            .arg(self.port.to_string())
            .arg(&name));
        format!("postgres://{OWNER}@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be down already.
        let _ = self.pg_ctl().args(["-m", "immediate", "stop"]).output();
    }
}

/// Servers refuse to run as root.
pub(crate) fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("/proc")) == 0
}

fn programs() -> PathBuf {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().expect("PostgreSQL is not installed (Debian: postgresql), and these tests are nothing without it")
}

pub(crate) fn run(command: &mut Command) {
    let status = command.stdout(std::process::Stdio::null()).status().expect("a program to run");
    assert!(status.success(), "{command:?}: {status}");
}

/// A database that goes away with what it stands on.
pub(crate) struct Fixture {
    pub(crate) db: Database,
    pub(crate) url: String,
    _cluster: Option<Arc<Cluster>>,
    _dir: Option<TempDir>,
}

impl Fixture {
    pub(crate) async fn sqlite() -> Fixture {
        let dir = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", dir.path().join("a/b/test.db").display());
        Fixture { db: open(&url, true).await, url, _cluster: None, _dir: Some(dir) }
    }

    pub(crate) async fn postgres() -> Fixture {
        Self::on_postgres(true).await
    }

    /// As behind a pooler that mixes up prepared statements.
    pub(crate) async fn unnamed() -> Fixture {
        Self::on_postgres(false).await
    }

    async fn on_postgres(named: bool) -> Fixture {
        let cluster = Cluster::shared();
        let url = cluster.url();
        Fixture { db: open(&url, named).await, url, _cluster: Some(cluster), _dir: None }
    }
}

pub(crate) async fn open(url: &str, named: bool) -> Database {
    let options = Options { named_statements: named, ..Options::new(url) };
    Database::open(&options).await.expect("a database")
}
