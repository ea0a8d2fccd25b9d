//! TLS: whom the server is to clients, and how their connections begin.

mod entrance;
mod identity;
mod passage;

pub use entrance::Entrance;
pub use identity::{Identity, InvalidIdentity};
pub use passage::Passage;

use crate::accept_errors::Occasional;
use rustls::{AlertDescription, Error, ServerConfig};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Whom the server is to new connections. It may become another while clients come; connections that are there go on.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    config: RwLock<Arc<ServerConfig>>,
    failures: Mutex<Occasional>,
}

impl Tls {
    /// Whom the server is at first.
    #[must_use]
    pub fn new(identity: &Identity) -> Self {
        Self(Arc::new(Shared { config: RwLock::new(identity.config()), failures: Mutex::default() }))
    }

    /// From now on the server is this one. Sessions of the one before are not resumed.
    pub fn replace(&self, identity: &Identity) {
        *self.0.config.write().unwrap_or_else(PoisonError::into_inner) = identity.config();
    }

    fn config(&self) -> Arc<ServerConfig> {
        self.0.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says in the log that a connection did not come about, from time to time: anybody can bring it about.
    fn tell(&self, peer: SocketAddr, why: &str) {
        let due = self.0.failures.lock().unwrap_or_else(PoisonError::into_inner).is_due();
        if let Some(times) = due {
            tracing::info!(peer = %peer.ip(), times, "TLS with a client did not come about: {why}");
        }
    }
}

/// Why a handshake failed, if it is worth a word: whoever just goes away is not.
fn failure(error: &std::io::Error) -> Option<&'static str> {
    Some(match error.get_ref()?.downcast_ref::<Error>()? {
        Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate,
        ) => "it does not trust the certificate of this server",
        Error::AlertReceived(_) => "it ended the handshake",
        Error::PeerIncompatible(_) => "it has no version or cipher in common with this server",
        _ => "it does not speak TLS as it should",
    })
}
