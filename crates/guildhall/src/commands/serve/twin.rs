//! `guildhall serve --dev`: a twin for the tests of an app.

use super::folder::Folder;
use crate::config::{Common, Server};
use crate::exit::Failure;
use crate::logs;
use crate::open;
use clap::Args;
use foundation::secret::Secret;
use foundation::twin::Twin;
use server::{Fresh, Listening, Open, TwinSeed};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

/// What makes a twin of a server. These have no variables and no keys in the file: nothing but the command line can turn a
/// server into one (threat T-78).
#[derive(Args)]
pub(crate) struct Dev {
    /// Serve a twin for the tests of an app, on this machine only: a database in memory, a clock that tests set forward, mail
    /// that they read, sessions for the asking
    #[arg(help_heading = "Twin for tests", long)]
    dev: bool,
    /// What is in the twin from the beginning: a TOML file of projects, organizations and members
    #[arg(help_heading = "Twin for tests", long, value_name = "FILE", requires = "dev")]
    dev_seed: Option<PathBuf>,
    /// Draw the same ids, tokens and codes in each run, in the order of the requests
    #[arg(help_heading = "Twin for tests", long, value_name = "N", requires = "dev")]
    dev_random_seed: Option<u64>,
}

/// The seed of who gives none.
const FIRST: &str = include_str!("first_seed.toml");

impl Dev {
    pub(super) fn is_wanted(&self) -> bool {
        self.dev
    }

    /// Serves one.
    pub(super) async fn serve(self, common: Common, options: Server) -> Result<(), Failure> {
        refuse_what_is_real(&options).map_err(Failure::usage)?;
        let seed = read(self.dev_seed.as_deref()).map_err(Failure::usage)?;
        let place = self.dev_seed.as_ref().map_or_else(|| "first_seed.toml".into(), |file| file.display().to_string());
        let listener = super::bind("--listen", options.listen()).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let url = super::public_url(&options, &format!("http://{address}"), address)?;
        let twin = Arc::new(Twin::new(address, &url, self.dev_random_seed)?);
        // A developer's shell often names the database of the server that they try things out with.
        if common.names_database() || common.master_key_file.is_some() {
            tracing::info!(
                "a twin has a database and a key of its own: --database-url and --master-key-file are not looked at"
            );
        }
        tracing::warn!(
            "this is a twin for tests (--dev): any program on this machine can read its mail, set its clock and log in as \
             anybody, and nothing in it outlives the process; it is not for people"
        );
        let folder = Arc::new(Folder::make()?);
        let opening = Arc::new(Opening { folder, options, url, twin });
        let seeded = opening.open("seed.db").await?;
        server::plant(&seeded, &seed).await.map_err(|words| format!("{place}: {words}"))?;
        seeded.db().close().await;
        drop(seeded);
        opening.twin.is_ready();
        serve(listener, seed, opening).await
    }
}

async fn serve(listener: TcpListener, seed: TwinSeed, opening: Arc<Opening>) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = super::stop_signal()?;
    let (number, opening_) = (AtomicU64::new(0), opening.clone());
    let open: Open = Box::new(move || {
        let (opening, name) = (opening_.clone(), format!("{}.db", number.fetch_add(1, Ordering::Relaxed)));
        Box::pin(async move {
            let file = opening.folder.file(&name);
            fs::copy(opening.folder.file("seed.db"), &file)
                .map_err(|error| format!("cannot copy the seed: {error}"))?;
            let app = opening.open(&name).await?;
            Ok(Fresh { app, place: Box::new(Files(file)) })
        })
    });
    let listening = Listening { listener, tls: None, metrics: None, proxies: server::Proxies::default() };
    let ready = move || {
        logs::flush();
        crate::commands::print(&format!("listening on http://{address}"));
    };
    Ok(server::serve_twin(seed, open, listening, ready, stop).await?)
}

/// How the application of a twin is put together, again and again.
struct Opening {
    folder: Arc<Folder>,
    options: Server,
    url: String,
    twin: Arc<Twin>,
}

impl Opening {
    async fn open(&self, name: &str) -> Result<foundation::app::App, String> {
        let url = format!("sqlite:{}", self.folder.file(name).display());
        let common = Common { database_url: Some(Secret::new(url)), is_temporary: true, ..Common::default() };
        let checked = open::check(&common, &self.options, &self.url)?.of_twin(self.twin.clone());
        Ok(open::open(&common, checked).await?.app)
    }
}

/// A database that is not needed any more when this is dropped.
struct Files(PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

/// Whoever configures what only a real server has may not mean a twin.
fn refuse_what_is_real(options: &Server) -> Result<(), String> {
    let real = [
        (options.smtp_url.is_some(), "--smtp-url", "its mail is read from GET /dev/mailbox"),
        (options.sms_url.is_some(), "--sms-url", "its text messages are read from GET /dev/mailbox"),
        (options.metrics_listen.is_some(), "--metrics-listen", "its numbers are at /metrics"),
        (options.tls_cert.is_some() || options.tls_key.is_some(), "--tls-cert", "nothing of it leaves this machine"),
        (options.trusted_proxies.is_some(), "--trusted-proxies", "it is not for whoever is behind a proxy"),
    ];
    match real.into_iter().find(|(is_given, ..)| *is_given) {
        Some((_, option, why)) => Err(format!(
            "--dev makes a twin for tests, which takes no {option}: {why}; leave {option} out, also as a variable and in the \
             configuration file, or leave --dev out"
        )),
        None => Ok(()),
    }
}

fn read(file: Option<&Path>) -> Result<TwinSeed, String> {
    let Some(file) = file else { return parse(FIRST) };
    let text =
        fs::read_to_string(file).map_err(|error| format!("--dev-seed: cannot read {}: {error}", file.display()))?;
    parse(&text).map_err(|error| format!("--dev-seed: {}: {error}", file.display()))
}

fn parse(text: &str) -> Result<TwinSeed, String> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("{place}{}", error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_seed_can_be_read() {
        assert!(parse(FIRST).is_ok());
    }

    #[test]
    fn a_mistake_in_a_seed_is_told_with_its_line() {
        for (text, words) in [
            ("[[projects]]\nnam = \"x\"", "line 2: unknown field `nam`"),
            ("projects = 1", "line 1: "),
            ("[[projects]]\nsettings = { lock_threshold = \"x\" }", "line 2: "),
            ("[[projects]", "line 1: "),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.starts_with(words), "{text}: {error}");
        }
    }
}
