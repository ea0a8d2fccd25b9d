//! `guildhall doctor`

mod certificate;
mod row_security;

use super::{print, serve};
use crate::config::sqlite_file;
use crate::config::{Common, Server};
use crate::exit::Failure;
use crate::master_key::opening as keys;
use crate::master_key::{self, Place};
use crate::terminal::{BAD, DOUBTFUL, GOOD, styled};
use crate::transfer::{self, engine_name, open_existing};
use crate::whole_file::folder_of;
use clap::Args;
use database::transfer::{Table, clock, pending, tables, version};
use database::{Database, Engine, Timestamp, Tx, Value};
use foundation::app::Equipment;
use foundation::keys::Keys;
use foundation::secret::Secret;
use foundation::time::{SECOND, system_now};
use server::MIGRATIONS;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How far the clocks may be apart, in microseconds.
const CLOCKS_APART: i64 = 2 * SECOND;
/// How long the mail server may take for each step.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows that are read at once.
const PAGE: usize = 256;

/// Checks a set-up and says what to do. Give it what the server is given; it changes nothing.
#[derive(Args)]
pub(crate) struct Doctor {
    /// Print one JSON object a check
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

use Verdict::{Fail, Ok as Fine, Warn};

/// Prints as it goes, so that a check that takes long is seen to.
struct Report {
    json: bool,
    failed: u32,
}

impl Report {
    fn say(&mut self, check: &str, verdict: Verdict, words: impl Into<String>) {
        let words = words.into();
        let verdict_name = match verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        };
        self.failed += u32::from(verdict == Verdict::Fail);
        if self.json {
            print(&serde_json::json!({ "check": check, "status": verdict_name, "message": words }).to_string());
        } else {
            let style = match verdict {
                Verdict::Ok => GOOD,
                Verdict::Warn => DOUBTFUL,
                Verdict::Fail => BAD,
            };
            print(&format!("{}  {check}: {words}", styled(style, &format!("{verdict_name:<4}"))));
        }
    }
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let mut report = Report { json: self.json, failed: 0 };
        let completed = self.common.complete().and_then(|common| {
            let server = self.server.complete(common.config.as_deref())?;
            serve::check(&server).map_err(Failure::usage)?;
            Ok((common, server))
        });
        match completed {
            Err(error) => report.say("configuration", Fail, error),
            Ok((common, server)) => {
                let read = common.config.as_deref().map_or("no file".into(), |path| path.display().to_string());
                report.say("configuration", Fine, read);
                examine(&mut report, &common, &server).await;
            }
        }
        match report.failed {
            0 => Ok(()),
            1 => Err("a check failed".into()),
            n => Err(format!("{n} checks failed").into()),
        }
    }
}

async fn examine(report: &mut Report, common: &Common, server: &Server) {
    public_url(report, server);
    let host = server.public_url.as_deref().and_then(|url| url.strip_prefix("https://")).map(host_of);
    certificate::examine(report, server, host);
    for path in private_files(common) {
        permissions(report, &path);
    }
    if let Some(file) = sqlite_file(common.database_url()) {
        folder_permissions(report, folder_of(file));
    }
    match open_existing(common).await {
        Err(error) => report.say("database", Fail, format!("{error}; check --database-url")),
        Ok(db) => {
            database(report, common, server, &db).await;
            db.close().await;
        }
    }
    settings(report, server);
    mail(report, server).await;
}

async fn database(report: &mut Report, common: &Common, server: &Server, db: &Database) {
    let engine = db.engine();
    match db.read(move |tx| version(tx, engine)).await {
        Ok(version) => report.say("database", Fine, format!("{} {version}", engine_name(engine))),
        Err(error) => return report.say("database", Fail, error.to_string()),
    }
    if let Err(error) = transfer::check_encoding(db).await {
        report.say("database", Fail, error);
    }
    if engine == Engine::Postgres {
        clocks(report, db).await;
    }
    match db.read(move |tx| pending(tx, engine, MIGRATIONS)).await {
        Ok(pending) if pending.is_empty() => newer(report, db).await,
        Ok(pending) => {
            let names = pending.join(", ");
            return report.say("migrations", Fail, format!("{names} to be applied; run `guildhall migrate`"));
        }
        Err(error) => return report.say("migrations", Fail, error.to_string()),
    }
    row_security::examine(report, db).await;
    check_master_key(report, common, server, db).await;
    match db.read(move |tx| projects_without_key(tx, engine)).await {
        Ok((0, _)) => report.say("signing keys", Warn, "no project yet; run `guildhall project create`"),
        Ok((count, without)) if without.is_empty() => {
            report.say("signing keys", Fine, format!("of {count} project{}", if count == 1 { "" } else { "s" }));
        }
        Ok((_, without)) => {
            let ids = without.join(", ");
            report.say("signing keys", Fail, format!("none of {ids}; run `guildhall keys rotate --project ID`"));
        }
        Err(error) => report.say("signing keys", Fail, error.to_string()),
    }
}

/// Whether a newer program has been here, beside which this one may serve, but not for ever.
async fn newer(report: &mut Report, db: &Database) {
    match transfer::unknown(db).await {
        Ok(names) if names.is_empty() => report.say("migrations", Fine, "up to date"),
        Ok(names) => {
            let words = format!("all of this program, and of a newer one: {}; update this one", names.join(", "));
            report.say("migrations", Warn, words);
        }
        Err(error) => report.say("migrations", Fail, error),
    }
}

async fn clocks(report: &mut Report, db: &Database) {
    let engine = db.engine();
    let before = system_now();
    match db.read(move |tx| clock(tx, engine)).await {
        Ok(Some(Timestamp(there))) => {
            let here = before.0.midpoint(system_now().0);
            let seconds = (there - here) / SECOND;
            if (there - here).abs() > CLOCKS_APART {
                let words = format!("the database's is {seconds} s off this machine's; run NTP on both");
                report.say("clock", Warn, words);
            } else {
                report.say("clock", Fine, "the same as the database's");
            }
        }
        Ok(None) => {}
        Err(error) => report.say("clock", Fail, error.to_string()),
    }
}

async fn check_master_key(report: &mut Report, common: &Common, server: &Server, db: &Database) -> Option<Keys> {
    const CHECK: &str = "master key";
    let found = async { Ok((master_key::place(common, db).await?, keys::has_rows(db, "data_keys").await?)) };
    let (place, set_up) = match found.await {
        Ok(found) => found,
        Err::<_, Failure>(error) => {
            report.say(CHECK, Fail, error);
            return None;
        }
    };
    let opened = keys::open(common, db).await;
    match (&place, &opened) {
        (Place::Nowhere, _) if set_up => {
            report.say(CHECK, Fail, "there is none; give --master-key-file or GUILDHALL_MASTER_KEY as to the server");
        }
        (Place::Nowhere, _) => report.say(CHECK, Warn, "there is none yet; the server makes one when it starts"),
        (_, Err(error)) => report.say(CHECK, Fail, error.as_str()),
        (Place::Inside, Ok(_)) => {
            let words = "it is in the database it protects, for development only; set up a new database with \
                         --master-key-file (`openssl rand -base64 32` makes a key)";
            report.say(CHECK, if is_local(server) { Warn } else { Fail }, words);
        }
        (place, Ok(Some(keys))) => match keys.masters().all() {
            [key] => report.say(CHECK, Fine, format!("the one in {place} (id {}) opens the data keys", key.id())),
            several => {
                let words = format!("one of the {} in {place} opens the data keys", several.len());
                report.say(CHECK, Fine, format!("{words}; `guildhall keys list` says which"));
            }
        },
        (place, Ok(None)) => report.say(CHECK, Fine, format!("in {place}; there are no data keys yet")),
    }
    opened.ok().flatten()
}

/// What the server would refuse to start with: the sender, the templates, the SMTP URL.
fn settings(report: &mut Report, server: &Server) {
    match Equipment::new(server.config("")) {
        Ok(_) => report.say("mail settings", Fine, "sender, templates and SMTP URL can be used"),
        Err(error) => report.say("mail settings", Fail, error),
    }
}

/// How many projects there are, and the ids of those that cannot sign.
fn projects_without_key(tx: &mut Tx<'_>, engine: Engine) -> database::Result<(usize, Vec<String>)> {
    let tables = tables(tx, engine)?;
    let mut column = |table: &str, column: &str| match tables.iter().find(|known| known.name == table) {
        Some(table) => texts(tx, table, column),
        None => Ok(Vec::new()),
    };
    let projects = column("projects", "id")?;
    let with: HashSet<String> = column("signing_keys", "project_id")?.into_iter().collect();
    let count = projects.len();
    Ok((count, projects.into_iter().filter(|project| !with.contains(project)).collect()))
}

/// One column of all rows.
fn texts(tx: &mut Tx<'_>, table: &Table, column: &str) -> database::Result<Vec<String>> {
    let mut found = Vec::new();
    let Some(index) = table.columns().position(|known| known == column) else { return Ok(found) };
    let mut last: Option<Vec<Value>> = None;
    loop {
        let rows = table.page(tx, last.as_deref(), PAGE)?;
        let full = rows.len() == PAGE;
        last = rows.last().cloned();
        found.extend(rows.into_iter().filter_map(|row| match row.into_iter().nth(index) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }));
        if !full {
            return Ok(found);
        }
    }
}

/// What nobody but the server's user should read.
fn private_files(common: &Common) -> Vec<PathBuf> {
    let key = common.master_key_file.clone().or_else(|| master_key::beside(common.database_url()));
    let database = sqlite_file(common.database_url()).map(Path::to_owned);
    let log = database.as_ref().map(|path| PathBuf::from(format!("{}-wal", path.display())));
    [database, log, key].into_iter().flatten().filter(|path| path.exists()).collect()
}

fn permissions(report: &mut Report, path: &Path) {
    let shown = path.display();
    match std::fs::metadata(path).map(|metadata| metadata.permissions().mode() & 0o777) {
        Err(error) => report.say("permissions", Fail, format!("{shown}: {error}")),
        Ok(mode) if mode & 0o077 == 0 => report.say("permissions", Fine, format!("{shown} is its owner's only")),
        // A group is how some platforms hand a file to a service.
        Ok(mode) if mode & 0o007 == 0 => {
            report.say("permissions", Warn, format!("{shown} is open to its group ({mode:o}); chmod 600 it"));
        }
        Ok(mode) => report.say("permissions", Fail, format!("{shown} is open to everybody ({mode:o}); chmod 600 it")),
    }
}

/// Whoever may write to the folder can put another key or database in the place of the one there.
fn folder_permissions(report: &mut Report, folder: &Path) {
    let shown = folder.display();
    if let Ok(mode) = std::fs::metadata(folder).map(|metadata| metadata.permissions().mode() & 0o7777)
        && mode & 0o002 != 0
        && mode & 0o1000 == 0
    {
        report.say("permissions", Fail, format!("everybody may replace what is in {shown} ({mode:o}); chmod 700 it"));
    }
}

fn is_local(server: &Server) -> bool {
    let listen = server.listen();
    match listen.parse::<SocketAddr>() {
        Ok(address) => address.ip().is_loopback(),
        Err(_) => listen.starts_with("localhost:"),
    }
}

fn public_url(report: &mut Report, server: &Server) {
    const CHECK: &str = "public URL";
    let Some(url) = &server.public_url else {
        return match is_local(server) {
            true => report.say(CHECK, Fine, "none, and the server listens on this machine only"),
            false => report.say(CHECK, Fail, "none, but the server can be reached from elsewhere; give --public-url"),
        };
    };
    if let Err(error) = serve::checked_url(url) {
        return report.say(CHECK, Fail, error);
    }
    if let Some(words) = serve::beyond_root(url) {
        report.say(CHECK, Warn, words);
    }
    match url.split_once("://") {
        Some(("https", _)) => report.say(CHECK, Fine, url.as_str()),
        Some(("http", rest)) if is_this_machine(host_of(rest)) => {
            report.say(CHECK, Fine, format!("{url}, on this machine"))
        }
        _ => report.say(
            CHECK,
            Fail,
            format!("{url} is not encrypted; put TLS in front, or give --tls-cert, and an https:// URL"),
        ),
    }
}

async fn mail(report: &mut Report, server: &Server) {
    const CHECK: &str = "mail server";
    let Some(url) = server.smtp_url.as_ref().map(Secret::reveal) else {
        return report.say(CHECK, Warn, "none, so that mail stays in the outbox; give --smtp-url");
    };
    let Some((scheme, rest)) = url.split_once("://") else {
        return report.say(CHECK, Fail, "--smtp-url is no URL");
    };
    let (rest, how) = rest.split_once('?').unwrap_or((rest, ""));
    // What comes before the last @ is a password and not for the terminal.
    let address = rest.rsplit_once('@').map_or(rest, |(_, address)| address).trim_end_matches('/').to_owned();
    let (tls, login) = (scheme == "smtps", rest.contains('@'));
    let usual = match (tls, login) {
        (true, _) => 465,
        (false, true) => 587,
        (false, false) => 25,
    };
    let host = host_of(&address).trim_matches(['[', ']']).to_owned();
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(usual);
    let may_be_plain = how == "starttls=optional" || (!login && how.is_empty() && is_this_machine(host_of(&address)));
    let answer = tokio::task::spawn_blocking(move || greet(&host, port, tls)).await;
    match answer.map_err(|error| error.to_string()).and_then(|answer| answer.map_err(|error| error.to_string())) {
        Err(error) => report.say(CHECK, Fail, format!("{address}: {error}; check --smtp-url and the way there")),
        Ok(_) if tls => report.say(CHECK, Fine, format!("{address} can be reached; TLS was not tried")),
        Ok(extensions) if may_be_plain || extensions.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) => {
            report.say(CHECK, Fine, format!("{address} answers"));
        }
        Ok(_) => report.say(
            CHECK,
            Fail,
            format!(
                "{address} does not offer STARTTLS, so nothing would be sent; use smtps://, or allow it with \
                 ?starttls=optional at the end of --smtp-url"
            ),
        ),
    }
}

/// Connects and, without TLS, listens to the greeting; answers what the server says it can do.
fn greet(host: &str, port: u16, tls: bool) -> std::io::Result<Vec<String>> {
    let mut last = std::io::Error::other("the name has no address");
    let mut connected = None;
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                connected = Some(stream);
                break;
            }
            Err(error) => last = error,
        }
    }
    let mut stream = connected.ok_or(last)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    if tls {
        return Ok(Vec::new());
    }
    let mut lines = BufReader::new(stream.try_clone()?);
    answer(&mut lines, "220")?;
    stream.write_all(b"EHLO localhost\r\n")?;
    let extensions = answer(&mut lines, "250")?;
    stream.write_all(b"QUIT\r\n")?;
    Ok(extensions)
}

/// An answer of one or more lines (RFC 5321, section 4.2.1) that must have this code.
fn answer(lines: &mut impl BufRead, code: &str) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    // No server has more to say, and one that never ends must not hold us.
    for _ in 0..100 {
        let mut line = Vec::new();
        lines.by_ref().take(2000).read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let Some(rest) = line.strip_prefix(code) else {
            return Err(std::io::Error::other("it does not speak SMTP, or is not ready"));
        };
        found.push(rest.get(1..).unwrap_or_default().to_owned());
        if !rest.starts_with('-') {
            break;
        }
    }
    Ok(found)
}

/// The host in what comes behind `://` of a URL, with the brackets of an IPv6 address.
fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    }
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
