//! `guildhall serve`

use crate::config::{Common, Server};
use crate::database_lock::DatabaseLock;
use crate::master_key::Place;
use crate::{logs, open};
use clap::Args;
use foundation::app::App;
use server::{Listening, Proxies, projects};
use std::net::{SocketAddr, ToSocketAddrs as _};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    server: Server,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<(), String> {
        let common = self.common.complete()?;
        let options = self.server.complete(common.config.as_deref())?;
        logs::start(options.log_format.as_deref(), options.log_level.as_deref())?;
        let _lock = DatabaseLock::take(common.database_url())?;

        let listener = bind(options.listen.as_deref().unwrap_or("127.0.0.1:7400")).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let metrics = match &options.metrics_listen {
            Some(metrics) => Some(bind(metrics).await?),
            None => None,
        };
        let public_url = match &options.public_url {
            Some(url) => checked_url(url)?,
            None => format!("http://{address}"),
        };
        check_gateway(&options)?;
        let proxies = proxies(&options)?;
        let opened = open::open(&common, &options, public_url).await?;
        if opened.place == Place::Inside {
            check_embedded_key(address)?;
        }
        first_project(&opened.app, common.database_url()).await?;
        let stop = stop_signal()?;
        // Whoever waits for the line below finds in the log what came before it.
        logs::flush();
        super::print(&format!("listening on http://{address}"));
        server::serve(opened.app, Listening { listener, metrics, proxies }, stop).await;
        Ok(())
    }
}

async fn bind(address: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))
}

/// What can be seen to be wrong with the options without a start, which would find out by itself.
pub(super) fn check(options: &Server) -> Result<(), String> {
    logs::check(options.log_format.as_deref(), options.log_level.as_deref())?;
    for address in [&options.listen, &options.metrics_listen].into_iter().flatten() {
        address.to_socket_addrs().map_err(|error| format!("cannot listen on {address}: {error}"))?;
    }
    check_gateway(options)?;
    proxies(options).map(drop)
}

fn check_gateway(options: &Server) -> Result<(), String> {
    let Some(url) = &options.sms_url else { return Ok(()) };
    server::check_sms_url(url.reveal()).map_err(|error| format!("--sms-url: {error}"))
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
    let good = (url.starts_with("https://") || url.starts_with("http://")) && !url.contains(['?', '#', ' ']);
    if good { Ok(url.to_owned()) } else { Err(format!("--public-url {url} is not an http or https URL")) }
}

/// A key inside the database it protects is a key for development; nobody else may reach such a server (T-67).
fn check_embedded_key(address: SocketAddr) -> Result<(), String> {
    if !address.ip().is_loopback() {
        return Err("no master key is configured, and this address can be reached from elsewhere; give \
                    --master-key-file or GUILDHALL_MASTER_KEY (make one with `openssl rand -base64 32`)"
            .into());
    }
    tracing::warn!("no master key is configured; a random one is kept in the database, which is for development only");
    Ok(())
}

async fn first_project(app: &App, database_url: &str) -> Result<(), String> {
    if let Some(created) = projects::create_first(app).await.map_err(super::explain)? {
        tracing::info!(project_id = %created.project_id, "made a test project");
        let at = if database_url == "sqlite:guildhall-data/guildhall.db" {
            String::new()
        } else {
            " --database-url …".into()
        };
        tracing::info!("get a secret for it with: guildhall project add-secret {}{at}", created.project_id);
        tracing::info!("or make your own with: guildhall project create --name NAME --json{at}");
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
