//! A TCP connection to one of several addresses.

use std::{io, net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

/// How long an attempt is alone before the next begins (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Nobody makes this server knock at more doors than this.
const MOST_ADDRESSES: usize = 8;

/// The first connection that can be made. There is no name here that could be resolved to something else.
pub(crate) async fn connect(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter().take(MOST_ADDRESSES);
    let mut attempts = JoinSet::new();
    let mut failure = io::ErrorKind::AddrNotAvailable.into();
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(TcpStream::connect(address));
        }
        let ended = match waiting.len() {
            0 => attempts.join_next().await,
            _ => match timeout(HEAD_START, attempts.join_next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            },
        };
        match ended {
            Some(Ok(Ok(stream))) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Some(Ok(Err(error))) => failure = error,
            Some(Err(error)) => failure = io::Error::other(error),
            None => return Err(failure),
        }
    }
}
