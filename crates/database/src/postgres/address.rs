//! Where the servers are and how to get there.

use super::{hosts::each_host, tls::Security, tls_stream::Connector};
use crate::{Error, Result};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::time::timeout;
use tokio_postgres::{
    Client, Config,
    config::{Host, TargetSessionAttrs},
};

/// For each host, unless the address says otherwise, from the first packet to the end of the login.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// For all hosts together, so that a request never hangs on a list of dead ones.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection may be silent before its peer is asked, or given up if it does not even acknowledge.
const SILENCE: Duration = Duration::from_secs(10);

/// Tells the database to give up a transaction whose program vanished, with its locks, some time after the program
/// itself would have given up waiting for an answer.
const GIVE_UP: &str = "SET idle_in_transaction_session_timeout = '15s'";

pub(crate) struct Address {
    /// One for each host.
    hosts: Vec<Config>,
    /// The host that took us last. It is asked first, lest each connection waits for a dead one before it.
    last: AtomicUsize,
    tls: Connector,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Address> {
        let (url, security) = Security::take(url)?;
        // The parser's errors name the parameter, never its value.
        let mut config: Config =
            url.parse().map_err(|e| Error::other(format!("database address: {}", describe(&e))))?;
        config.ssl_mode(security.mode());
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        // A machine that vanishes says nothing; without these its connections would seem alive for hours.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_keepalives_idle() >= Duration::from_secs(3600) {
            config.keepalives_idle(SILENCE).keepalives_interval(Duration::from_secs(3)).keepalives_retries(3);
        }
        if config.get_application_name().is_none() {
            config.application_name("guildhall");
        }
        let mut hosts = each_host(&config)?;
        // Of several servers, those that only read are of no use.
        if hosts.len() > 1 && config.get_target_session_attrs() == TargetSessionAttrs::Any {
            for host in &mut hosts {
                host.target_session_attrs(TargetSessionAttrs::ReadWrite);
            }
        }
        Ok(Address { hosts, last: AtomicUsize::new(0), tls: security.connector()? })
    }

    /// Tries the hosts in turn.
    pub(crate) async fn connect(&self) -> Result<Client> {
        timeout(TOTAL_TIMEOUT, self.first_that_takes_us())
            .await
            .unwrap_or_else(|_| Err(Error::unavailable("connecting to the database takes too long")))
    }

    async fn first_that_takes_us(&self) -> Result<Client> {
        let (count, last) = (self.hosts.len(), self.last.load(Ordering::Relaxed));
        let mut refusals = Vec::new();
        for index in (0..count).map(|i| (last + i) % count) {
            match self.connect_to(&self.hosts[index]).await {
                Ok(client) => {
                    self.last.store(index, Ordering::Relaxed);
                    return Ok(client);
                }
                Err(refusal) if count == 1 => refusals.push(refusal),
                Err(refusal) => refusals.push(format!("{}: {refusal}", name(&self.hosts[index]))),
            }
        }
        // Without a connection the database is unavailable, whatever the reason.
        Err(Error::unavailable(refusals.join("; ")))
    }

    /// The driver's own timeout is for the first packet only. A server that is frozen takes connections, for it is the
    /// kernel that does, and never says a word.
    async fn connect_to(&self, host: &Config) -> Result<Client, String> {
        let limit = host.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let connecting = async {
            let (client, connection) = host.connect(self.tls.clone()).await?;
            tokio::spawn(async move {
                if let Err(e) = connection.await {
                    tracing::warn!(error = %e, "lost a connection to the database");
                }
            });
            client.batch_execute(GIVE_UP).await?;
            Ok(client)
        };
        match timeout(limit, connecting).await {
            Ok(connected) => connected.map_err(|e| describe(&e)),
            Err(_) => Err("it takes connections and says nothing".to_owned()),
        }
    }
}

/// A host with its port, for messages.
fn name(host: &Config) -> String {
    let port = host.get_ports().first().map_or(5432, |port| *port);
    match host.get_hosts().first() {
        Some(Host::Tcp(name)) => format!("{name}:{port}"),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "a host".into(),
    }
}

fn describe(e: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(e).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{e}{cause}")
}
