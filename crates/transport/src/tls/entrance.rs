//! Where clients come in.

use super::{Passage, Tls};
use crate::stream::Listener;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A socket that listens, with TLS or without.
pub struct Entrance {
    listener: TcpListener,
    tls: Option<Tls>,
}

impl Entrance {
    /// Without TLS if there is none.
    #[must_use]
    pub fn new(listener: TcpListener, tls: Option<Tls>) -> Self {
        Self { listener, tls }
    }
}

impl Listener for Entrance {
    type Stream = Passage;

    async fn accept(&self) -> io::Result<(Passage, SocketAddr)> {
        let (stream, peer) = Listener::accept(&self.listener).await?;
        let passage = match &self.tls {
            Some(tls) => Passage::secret(stream, tls.clone(), peer),
            None => Passage::open(stream),
        };
        Ok((passage, peer))
    }
}
