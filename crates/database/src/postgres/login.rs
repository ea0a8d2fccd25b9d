//! Logging in, which the driver does: it knows the ways to prove a password.
//!
//! The driver is asynchronous and keeps the stream for itself. Here it gets one that blocks, so nothing that it awaits is
//! ever pending, and once it is in we take the stream back: from then on a transaction itself says what it wants and waits
//! for the answer (`wire.rs`). Nothing is lost with the driver's buffer, because a server that has said that it is ready
//! waits to be asked.

use super::{
    binding::server_end_point,
    stream::{Stream, left},
};
use rustls::{ClientConfig, pki_types::ServerName};
use std::{
    future::{Ready, ready},
    io::{self, Read as _, Write as _},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::Instant,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    Config,
    config::Host,
    error::SqlState,
    tls::{ChannelBinding, TlsConnect, TlsStream},
};

/// Why there is no connection to a host.
pub(super) struct Refusal {
    pub(super) words: String,
    /// It has enough of them.
    pub(super) no_more: bool,
}

impl<T: ToString> From<T> for Refusal {
    fn from(words: T) -> Self {
        Refusal { words: words.to_string(), no_more: false }
    }
}

/// Connects to the one host of this address and logs in there.
pub(super) fn log_in(host: &Config, tls: &Arc<ClientConfig>, deadline: Instant) -> Result<Stream, Refusal> {
    let stream = Stream::connect(host, deadline)?;
    let lent = Lent::new(stream, deadline);
    let login = host.connect_raw(lent.clone(), Encryption { tls: tls.clone(), name: name(host) });
    // Dropped unused, it says nothing to the server.
    let (_client, _connection) =
        at_once(login)?.map_err(|e| Refusal { words: describe(&e), no_more: is_no_more(&e) })?;
    Ok(lent.take()?)
}

/// Whether it was refused because there are connections enough. PgBouncer has no code of its own for that.
fn is_no_more(e: &tokio_postgres::Error) -> bool {
    let of_pgbouncer = || e.as_db_error().is_some_and(|e| e.message().starts_with("no more connections allowed"));
    e.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) || of_pgbouncer()
}

/// A future that never waits.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T, String> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Ok(result),
        Poll::Pending => Err("the login waits for something else than the server".to_owned()),
    }
}

pub(super) fn describe(e: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(e).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{e}{cause}")
}

/// The name that the server's certificate is to have. A Unix socket has none and is not encrypted.
fn name(host: &Config) -> Option<ServerName<'static>> {
    match host.get_hosts().first() {
        Some(Host::Tcp(name)) => ServerName::try_from(name.as_str()).ok().map(|name| name.to_owned()),
        _ => None,
    }
}

/// A stream that several have, one after the other.
#[derive(Clone)]
struct Lent {
    stream: Arc<Mutex<Option<Stream>>>,
    deadline: Instant,
}

impl Lent {
    fn new(stream: Stream, deadline: Instant) -> Lent {
        Lent { stream: Arc::new(Mutex::new(Some(stream))), deadline }
    }

    fn take(&self) -> io::Result<Stream> {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take();
        stream.ok_or_else(|| io::Error::other("the stream is gone"))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Stream) -> io::Result<T>) -> Poll<io::Result<T>> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match stream.as_mut() {
            Some(stream) => {
                left(self.deadline).and_then(|left| stream.wait_at_most(Some(left))).and_then(|()| work(stream))
            }
            None => Err(io::Error::other("the stream is gone")),
        };
        // A server that is frozen takes connections, for it is the kernel that does, and never says a word.
        Poll::Ready(result.map_err(|e| match e.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                io::Error::new(io::ErrorKind::TimedOut, "it takes connections and says nothing")
            }
            _ => e,
        }))
    }
}

impl AsyncRead for Lent {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = self.with(|stream| stream.read(bytes.initialize_unfilled()));
        read.map_ok(|count| bytes.advance(count))
    }
}

impl AsyncWrite for Lent {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl TlsStream for Lent {
    fn channel_binding(&self) -> ChannelBinding {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let certificate = stream.as_ref().and_then(Stream::certificate);
        match certificate.and_then(server_end_point) {
            Some(hash) => ChannelBinding::tls_server_end_point(hash),
            None => ChannelBinding::none(),
        }
    }
}

/// Encrypts a stream where it is.
struct Encryption {
    tls: Arc<ClientConfig>,
    name: Option<ServerName<'static>>,
}

impl TlsConnect<Lent> for Encryption {
    type Stream = Lent;
    type Error = io::Error;
    type Future = Ready<io::Result<Lent>>;

    fn connect(self, lent: Lent) -> Self::Future {
        ready(self.encrypt(&lent).map(|()| lent))
    }
}

impl Encryption {
    fn encrypt(self, lent: &Lent) -> io::Result<()> {
        let name = self.name.ok_or_else(|| io::Error::other("the server has no name that TLS could check"))?;
        let stream = lent.take()?;
        stream.wait_at_most(Some(left(lent.deadline)?))?;
        let encrypted = stream.encrypt(self.tls, name)?;
        *lent.stream.lock().unwrap_or_else(PoisonError::into_inner) = Some(encrypted);
        Ok(())
    }
}
