//! Where the servers are and how to get there.

use super::{
    error,
    fault::NoMore,
    hosts::each_host,
    login::{self, Refusal, describe},
    stream::left,
    tls::Security,
    wire::Wire,
};
use crate::{Error, Result, mode::Mode};
use postgres_protocol::message::backend::Message;
use rustls::ClientConfig;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio_postgres::{
    Config,
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
    tls: Arc<ClientConfig>,
}

impl Address {
    pub(crate) fn parse(given: &str) -> Result<Address> {
        let (url, security) = Security::take(given)?;
        // The parser's errors name the parameter, never its value.
        let mut config: Config = url.parse().map_err(|e| unreadable(&describe(&e), given))?;
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err(unreadable("there is an @ in the name of the host", given));
        }
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

    /// Tries the hosts in turn. Called from a thread that may block.
    pub(super) fn connect(&self, settings: &str) -> Result<Wire> {
        let end = Instant::now() + TOTAL_TIMEOUT;
        let (count, last) = (self.hosts.len(), self.last.load(Ordering::Relaxed));
        let (mut refusals, mut no_more) = (Vec::new(), false);
        for index in (0..count).map(|i| (last + i) % count) {
            match self.connect_to(&self.hosts[index], settings, end) {
                Ok(wire) => {
                    self.last.store(index, Ordering::Relaxed);
                    return Ok(wire);
                }
                Err(Refusal { words, no_more: more }) => {
                    no_more |= more;
                    refusals.push(if count == 1 { words } else { format!("{}: {words}", name(&self.hosts[index])) });
                }
            }
        }
        // Without a connection the database is unavailable, whatever the reason.
        let words = refusals.join("; ");
        Err(if no_more { Error::unavailable(NoMore(words)) } else { Error::unavailable(words) })
    }

    fn connect_to(&self, host: &Config, settings: &str, end: Instant) -> Result<Wire, Refusal> {
        let limit = host.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let deadline = end.min(Instant::now() + limit);
        let mut wire = Wire::new(login::log_in(host, &self.tls, deadline)?);
        let limit = left(deadline)?;
        let words = |fault| error::map(fault, Mode::Read).0.to_string();
        for settings in [GIVE_UP, settings] {
            wire.batch(settings, Some(limit), &mut |_, _| Ok(())).map_err(words)?;
        }
        let wanted = host.get_target_session_attrs();
        if wanted != TargetSessionAttrs::Any {
            let mut only_reads = None;
            let show = &mut |_, message| {
                if let Message::DataRow(row) = message {
                    only_reads = Some(row.buffer().ends_with(b"on"));
                }
                Ok(())
            };
            wire.batch("SHOW transaction_read_only", Some(limit), show).map_err(words)?;
            match (wanted, only_reads) {
                (TargetSessionAttrs::ReadWrite, Some(true)) => return Err("it does not allow writes".into()),
                (TargetSessionAttrs::ReadOnly, Some(false)) => return Err("it allows writes".into()),
                _ => {}
            }
        }
        Ok(wire)
    }
}

fn unreadable(why: &str, url: &str) -> Error {
    let advice = match url.contains('@') {
        true => "; in a user or password, write : / ? # @ % as %3A %2F %3F %23 %40 %25",
        false => "",
    };
    Error::other(format!("database address: {why}{advice}"))
}

/// A host with its port, for messages.
fn name(host: &Config) -> String {
    let port = host.get_ports().first().map_or(5432, |port| *port);
    match host.get_hosts().first() {
        Some(Host::Tcp(name)) => format!("{name}:{port}"),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "a host".into(),
    }
}
