//! `guildhall serve`

mod folder;
mod twin;

use crate::config::{Common, Server};
use crate::database_file::{self, shown};
use crate::database_lock::DatabaseLock;
use crate::exit::Failure;
use crate::master_key::{self, Place};
use crate::open::{self, Opened};
use crate::tls_files::TlsFiles;
use crate::{logs, transfer::engine_name};
use clap::Args;
use database::transfer::version;
use foundation::app::App;
use foundation::traces;
use server::{Listening, Proxies, Tls, projects};
use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs as _};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    dev: twin::Dev,
    #[command(flatten)]
    common: Common,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let common = self.common.complete()?;
        let options = self.server.complete(common.config.as_deref())?;
        logs::start(options.log_format.as_deref(), options.log_level.as_deref()).map_err(Failure::usage)?;
        // All that can be refused is looked at before anything is made.
        check(&options).map_err(Failure::usage)?;
        if self.dev.is_wanted() {
            return self.dev.serve(common, options).await;
        }
        database_file::check_folder(&common)?;
        let listener = bind("--listen", options.listen()).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let metrics = match &options.metrics_listen {
            Some(metrics) => Some(bind("--metrics-listen", metrics).await?),
            None => None,
        };
        let tls = TlsFiles::given(&options).map_err(Failure::usage)?.map(follow).transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = public_url(&options, &format!("{scheme}://{address}"), address).map_err(Failure::usage)?;
        let checked = open::check(&common, &options, &url)?;
        let proxies = proxies(&options).map_err(Failure::usage)?;
        if master_key::is_inside(&common) {
            check_embedded_key(address).map_err(Failure::usage)?;
        }
        database_file::make_folder(&common)?;
        let _lock = DatabaseLock::take(common.database_url())?;
        let opened = open::open(&common, checked).await?;
        say_database(&opened, &common).await?;
        if opened.place == Place::Inside {
            tracing::warn!(
                "the master key is a random one that is kept in the database, which is for development only"
            );
        }
        first_project(&opened.app, &common).await?;
        say_outbox(&opened.app, &common, address);
        let stop = stop_signal()?;
        // Whoever waits for the line below finds in the log what came before it.
        logs::flush();
        super::print(&format!("listening on {scheme}://{address}"));
        server::serve(opened.app, Listening { listener, tls, metrics, proxies }, stop).await;
        Ok(())
    }
}

async fn bind(option: &str, address: &str) -> Result<TcpListener, Failure> {
    check_address(option, address).map_err(Failure::usage)?;
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => {
                format!("another program listens there; stop it, or give another address with {option}")
            }
            ErrorKind::AddrNotAvailable => format!("this machine has no such address; give one it has with {option}"),
            ErrorKind::PermissionDenied => {
                format!("ports below 1024 are not for everybody; give a higher one with {option}, or let this program have them (CAP_NET_BIND_SERVICE)")
            }
            _ => format!("check {option}"),
        };
        format!("cannot listen on {address}: {error}; {advice}").into()
    })
}

/// A host and a port, which the operating system has to know.
fn check_address(option: &str, address: &str) -> Result<(), String> {
    let complete = address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !complete {
        let port = address.trim_start_matches(':');
        let example = if port.parse::<u16>().is_ok() { port } else { "7400" };
        return Err(format!("{option} {address}: an address is HOST:PORT, such as 127.0.0.1:{example}"));
    }
    match address.to_socket_addrs() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{option} {address}: {error}; an address is HOST:PORT, such as 127.0.0.1:7400")),
    }
}

/// What links begin with. An address that stands for all of a machine is none that anybody could open.
fn public_url(options: &Server, own: &str, address: SocketAddr) -> Result<String, String> {
    if let Some(url) = &options.public_url {
        let url = checked_url(url)?;
        if let Some(words) = beyond_root(&url) {
            tracing::warn!("{words}");
        }
        return Ok(url);
    }
    if address.ip().is_unspecified() {
        let words = format!("links would begin with {own}, which leads nowhere; give --public-url");
        // What stays in the outbox is for the developer, who sees it.
        if options.smtp_url.is_some() {
            return Err(words);
        }
        tracing::warn!("{words}");
    }
    Ok(own.to_owned())
}

/// The certificate that new connections get, now and later.
fn follow(files: TlsFiles) -> Result<Tls, String> {
    if files.key_is_open() {
        tracing::warn!("everybody on this machine may read {}; chmod 600 it", files.key().display());
    }
    files.follow()
}

/// What can be seen to be wrong with the options without a start, which would find out by itself.
pub(super) fn check(options: &Server) -> Result<(), String> {
    logs::check(options.log_format.as_deref(), options.log_level.as_deref())?;
    for (option, address) in [("--listen", &options.listen), ("--metrics-listen", &options.metrics_listen)] {
        address.as_deref().map_or(Ok(()), |address| check_address(option, address))?;
    }
    TlsFiles::given(options)?;
    check_gateway(options)?;
    check_collector(options)?;
    proxies(options).map(drop)
}

fn check_gateway(options: &Server) -> Result<(), String> {
    let Some(url) = &options.sms_url else { return Ok(()) };
    server::check_sms_url(url.reveal()).map_err(|error| format!("--sms-url: {error}"))
}

fn check_collector(options: &Server) -> Result<(), String> {
    if let Some(sample) = options.otlp_sample.filter(|sample| !(0.0..=1.0).contains(sample)) {
        return Err(format!("--otlp-sample {sample}: a part of the requests is a number from 0 to 1, such as 0.1"));
    }
    let Some(url) = &options.otlp_endpoint else { return Ok(()) };
    traces::check_endpoint(url.reveal()).map_err(|error| format!("--otlp-endpoint: {error}"))
}

fn proxies(options: &Server) -> Result<Proxies, String> {
    options
        .trusted_proxies
        .as_deref()
        .unwrap_or_default()
        .parse()
        .map_err(|error| format!("--trusted-proxies: {error}"))
}

pub(super) fn checked_url(url: &str) -> Result<String, String> {
    let place = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let has_host = place.is_some_and(|place| !place.is_empty() && !place.starts_with(['/', ':']));
    match has_host && !url.contains(['?', '#', ' ']) {
        true => Ok(url.to_owned()),
        false => Err(format!("--public-url {url}: write an http or https URL, such as https://auth.example.com")),
    }
}

/// What is wrong with a URL that has a path: the doors are at the root, and that is where clients look for them.
pub(super) fn beyond_root(url: &str) -> Option<String> {
    let (_, place) = url.split_once("://")?;
    let (host, path) = place.split_once('/')?;
    let root = url.strip_suffix(path).unwrap_or(url).trim_end_matches('/');
    (!path.trim_matches('/').is_empty()).then(|| {
        format!(
            "--public-url {url}: clients drop the path and ask {host} at its root; links hold it, and work only where a \
             proxy takes it away again; better give {root}"
        )
    })
}

/// A key inside the database it protects is a key for development; nobody else may reach such a server (T-67).
fn check_embedded_key(address: SocketAddr) -> Result<(), String> {
    if !address.ip().is_loopback() {
        return Err("no master key is configured, and this address can be reached from elsewhere; give \
                    --master-key-file or GUILDHALL_MASTER_KEY (make one with `openssl rand -base64 32`)"
            .into());
    }
    Ok(())
}

/// Which database it is: whoever has two should see it here.
async fn say_database(opened: &Opened, common: &Common) -> Result<(), Failure> {
    let db = opened.app.db();
    let engine = db.engine();
    let version = db.read(move |tx| version(tx, engine)).await?;
    let database = shown(common);
    let words = if opened.is_new { "made a new database" } else { "opened the database" };
    let engine = format!("{} {version}", engine_name(engine));
    tracing::info!(guildhall = env!("CARGO_PKG_VERSION"), %database, %engine, "{words}");
    Ok(())
}

/// Where mail is that is not sent.
fn say_outbox(app: &App, common: &Common, address: SocketAddr) {
    if app.mailer().is_none() {
        let page = server::outbox_page(app, address.ip()).map(|url| format!("{url}, or ")).unwrap_or_default();
        let at = at_database(common);
        tracing::info!("no mail server is configured; mail stays in the outbox: {page}guildhall outbox{at}");
    }
}

/// What a command needs besides, whose operator has said which database.
fn at_database(common: &Common) -> &'static str {
    if common.names_database() { " --database-url …" } else { "" }
}

async fn first_project(app: &App, common: &Common) -> Result<(), Failure> {
    if let Some(created) = projects::create_first(app).await? {
        let id = &created.project_id;
        tracing::info!(project_id = %id, "made a test project, whose links lead to {}", projects::FIRST_REDIRECT_URL);
        let at = at_database(common);
        tracing::info!("get a secret for it with: guildhall project add-secret {id}{at}");
        tracing::info!("or make your own with: guildhall project create --name NAME --redirect-url URL --json{at}");
    }
    Ok(())
}

/// Done when the process is told to end.
fn stop_signal() -> Result<impl Future<Output = ()> + Send, String> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
