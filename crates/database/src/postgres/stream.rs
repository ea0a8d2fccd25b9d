//! The way to a server: a socket that blocks, encrypted or not.

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use socket2::{Domain, SockAddr, SockRef, Socket, TcpKeepalive, Type};
use std::{
    io::{self, Read, Write},
    net::{SocketAddr, ToSocketAddrs},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};
use tokio_postgres::{Config, config::Host};

/// A connected socket, perhaps with TLS on it.
pub(super) enum Stream {
    Plain(Socket),
    Encrypted(Box<StreamOwned<ClientConnection, Socket>>),
}

impl Stream {
    /// Connects to the one host of this address.
    pub(super) fn connect(host: &Config, deadline: Instant) -> io::Result<Stream> {
        let mut refusal = io::Error::new(io::ErrorKind::NotFound, "the name of the host has no address");
        for place in places(host, deadline)? {
            match connect_to(&place, host, deadline) {
                Ok(socket) => return Ok(Stream::Plain(socket)),
                Err(e) => refusal = e,
            }
        }
        Err(refusal)
    }

    /// Makes what is plain encrypted.
    pub(super) fn encrypt(self, config: Arc<ClientConfig>, name: ServerName<'static>) -> io::Result<Stream> {
        let Stream::Plain(socket) = self else { return Ok(self) };
        let connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Stream::Encrypted(Box::new(stream)))
    }

    /// The certificate of the server, if it has shown one.
    pub(super) fn certificate(&self) -> Option<&[u8]> {
        match self {
            Stream::Plain(_) => None,
            Stream::Encrypted(stream) => stream.conn.peer_certificates()?.first().map(|first| &**first),
        }
    }

    /// How long a read waits, and a write; for ever without it. One that took too long fails as `WouldBlock` or `TimedOut`.
    pub(super) fn wait_at_most(&self, limit: Option<Duration>) -> io::Result<()> {
        // Zero would be for ever.
        let limit = limit.map(|limit| limit.max(Duration::from_millis(1)));
        self.socket().set_read_timeout(limit)?;
        self.socket().set_write_timeout(limit)
    }

    /// Whether reads and writes wait at all.
    pub(super) fn wait(&self, waits: bool) -> io::Result<()> {
        self.socket().set_nonblocking(!waits)
    }

    fn socket(&self) -> &Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Encrypted(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(bytes),
            Stream::Encrypted(stream) => stream.read(bytes),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(bytes),
            Stream::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Encrypted(stream) => stream.flush(),
        }
    }
}

/// What is left until then.
pub(super) fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::Error::new(io::ErrorKind::TimedOut, "it takes too long")),
        left => Ok(left),
    }
}

/// The addresses of a host.
fn places(host: &Config, deadline: Instant) -> io::Result<Vec<SockAddr>> {
    let port = host.get_ports().first().map_or(5432, |port| *port);
    if let Some(number) = host.get_hostaddrs().first() {
        return Ok(vec![SocketAddr::new(*number, port).into()]);
    }
    match host.get_hosts().first() {
        #[cfg(unix)]
        Some(Host::Unix(folder)) => Ok(vec![SockAddr::unix(folder.join(format!(".s.PGSQL.{port}")))?]),
        Some(Host::Tcp(name)) => {
            // The system's own resolver cannot be told to hurry.
            let (name, (found, wait)) = (name.clone(), mpsc::channel());
            let look_up = move || found.send((name.as_str(), port).to_socket_addrs());
            thread::Builder::new().name("resolve".into()).spawn(look_up)?;
            let found = wait.recv_timeout(left(deadline)?);
            let found =
                found.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "looking up its name takes too long"))??;
            Ok(found.map(SockAddr::from).collect())
        }
        None => Ok(Vec::new()),
    }
}

fn connect_to(place: &SockAddr, host: &Config, deadline: Instant) -> io::Result<Socket> {
    let socket = Socket::new(place.domain(), Type::STREAM, None)?;
    socket.connect_timeout(place, left(deadline)?)?;
    if place.domain() != Domain::UNIX {
        watch(&SockRef::from(&socket), host)?;
    }
    Ok(socket)
}

/// Has the system notice when the peer is gone.
fn watch(socket: &Socket, host: &Config) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    if let Some(timeout) = host.get_tcp_user_timeout() {
        socket.set_tcp_user_timeout(Some(*timeout))?;
    }
    if host.get_keepalives() {
        let mut keepalive = TcpKeepalive::new().with_time(host.get_keepalives_idle());
        if let Some(interval) = host.get_keepalives_interval() {
            keepalive = keepalive.with_interval(interval);
        }
        if let Some(retries) = host.get_keepalives_retries() {
            keepalive = keepalive.with_retries(retries);
        }
        socket.set_tcp_keepalive(&keepalive)?;
    }
    Ok(())
}
