//! Where the server is and how to get there.

use super::{tls::Security, tls_stream::Connector};
use crate::{Error, Result};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};

/// For each host, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// For all hosts together, so that a request never hangs on a list of dead ones.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection may be silent before its peer is asked, or given up if it does not even acknowledge.
const SILENCE: Duration = Duration::from_secs(10);

pub(crate) struct Address {
    config: Config,
    tls: Connector,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Address> {
        let (url, security) = Security::take(url)?;
        // The parser's errors name the parameter, never the password.
        let mut config: Config = url.parse().map_err(|e| Error::other(format!("database address: {e}")))?;
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
        Ok(Address { config, tls: security.connector()? })
    }

    /// Tries the hosts in turn.
    pub(crate) async fn connect(&self) -> Result<Client> {
        let connecting = self.config.connect(self.tls.clone());
        let (client, connection) = match timeout(TOTAL_TIMEOUT, connecting).await {
            Ok(Ok(connected)) => connected,
            Ok(Err(e)) => return Err(refused(e)),
            Err(_) => return Err(Error::unavailable("connecting to the database takes too long")),
        };
        tokio::spawn(async move {
            if let Err(e) = connection.await {
                tracing::warn!(error = %e, "lost a connection to the database");
            }
        });
        Ok(client)
    }
}

/// Without a connection the database is unavailable, whatever the reason.
fn refused(e: tokio_postgres::Error) -> Error {
    let cause = std::error::Error::source(&e).map(|cause| format!(": {cause}")).unwrap_or_default();
    Error::unavailable(format!("{e}{cause}"))
}
