//! A service for the tests, and a client that does as it is told.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use transport::{Bodies, Entrance, Gauges, Limits, Peer, Refused, Server, Stopped, Tls};

/// Nothing that goes well takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most that `/echo` reads.
pub(crate) const LIMIT: usize = 1 << 20;
/// The size of `/large`.
pub(crate) const LARGE: usize = 64 << 20;

/// For limits that a test waits for.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

/// Limits that no test waits for.
pub(crate) fn patient() -> Limits {
    Limits {
        head: PATIENCE,
        idle: PATIENCE,
        body: PATIENCE,
        request: PATIENCE * 2,
        response: PATIENCE,
        linger: PATIENCE,
        grace: PATIENCE,
        body_wait: PATIENCE,
        ..Limits::default()
    }
}

pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("in time")
}

pub(crate) async fn until(what: impl Fn() -> bool) {
    within(async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// What the service and the test know of each other.
pub(crate) struct Shared {
    bodies: Bodies,
    /// Requests that are in `/gate`.
    pub(crate) entered: AtomicUsize,
    /// Futures of `/gate` that were dropped before they had answered.
    pub(crate) dropped: AtomicUsize,
    /// Lets requests out of `/gate`.
    pub(crate) gate: Semaphore,
    /// When the last body was complete.
    pub(crate) completed_at: std::sync::Mutex<Option<Instant>>,
}

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) gauges: Gauges,
    pub(crate) shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Stopped>,
}

pub(crate) async fn start(limits: Limits) -> Running {
    start_with(limits, None).await
}

pub(crate) async fn start_with(limits: Limits, tls: Option<Tls>) -> Running {
    let server = Server::new(limits);
    let shared = Arc::new(Shared {
        bodies: server.bodies(),
        entered: AtomicUsize::new(0),
        dropped: AtomicUsize::new(0),
        gate: Semaphore::new(0),
        completed_at: std::sync::Mutex::default(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let gauges = server.gauges();
    let service = service(shared.clone());
    let stopping = async { stopped.await.unwrap_or_default() };
    let listener = Entrance::new(listener, tls);
    let serving = tokio::spawn(server.serve(listener, service, too_long, stopping));
    Running { address, gauges, shared, stop: Some(stop), serving }
}

fn too_long() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the service takes too long").into_response()
}

pub(crate) fn service(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(async || "hello").post(async || "unread"))
        .route("/peer", get(async |request: Request| request.extensions().get::<Peer>().unwrap().address.to_string()))
        .route("/large", get(async || Body::from(vec![b'x'; LARGE])))
        .route("/gate", get(pass_gate).post(pass_gate))
        .route("/echo", post(echo))
        .route("/first", post(read_first))
        .with_state(shared)
}

struct Dropped(Arc<Shared>, bool);

impl Drop for Dropped {
    fn drop(&mut self) {
        if !self.1 {
            self.0.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn pass_gate(State(shared): State<Arc<Shared>>) -> &'static str {
    shared.entered.fetch_add(1, Ordering::SeqCst);
    let mut guard = Dropped(shared.clone(), false);
    shared.gate.acquire().await.unwrap().forget();
    guard.1 = true;
    "passed"
}

async fn echo(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match shared.bodies.read(request.into_body(), LIMIT).await {
        Ok(received) => {
            *shared.completed_at.lock().unwrap() = Some(received.completed_at());
            received.to_vec().into_response()
        }
        Err(refused) => status(refused).into_response(),
    }
}

/// Reads the body, and keeps it as long as it is at the gate.
async fn read_first(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match shared.bodies.read(request.into_body(), LIMIT).await {
        Ok(_received) => pass_gate(State(shared)).await.into_response(),
        Err(refused) => status(refused).into_response(),
    }
}

fn status(refused: Refused) -> StatusCode {
    match refused {
        Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Refused::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Refused::EndedEarly => StatusCode::BAD_REQUEST,
    }
}

impl Running {
    pub(crate) async fn open(&self) -> Io {
        within(TcpStream::connect(self.address)).await.unwrap()
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::new(self.open().await)
    }

    /// A client whose kernel takes no more than it has to.
    pub(crate) async fn connect_narrow(&self) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Client::new(within(socket.connect(self.address)).await.unwrap())
    }

    pub(crate) async fn connections(&self, number: usize) {
        until(|| self.gauges.connections() == number).await;
    }

    /// Until so many requests have come to the gate.
    pub(crate) async fn at_gate(&self, number: usize) {
        until(|| self.shared.entered.load(Ordering::SeqCst) == number).await;
    }

    pub(crate) fn dropped(&self) -> usize {
        self.shared.dropped.load(Ordering::SeqCst)
    }

    pub(crate) fn begin_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn stopped(self) -> Stopped {
        within(self.serving).await.unwrap()
    }

    /// Drops the future that serves.
    pub(crate) fn abort(&self) {
        self.serving.abort();
    }
}

/// What TLS is spoken over.
pub(crate) type Io = TcpStream;

trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Bytes for S {}

pub(crate) struct Client {
    stream: Box<dyn Bytes>,
    seen: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn closes(&self) -> bool {
        self.head.contains("connection: close")
    }
}

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self::over(stream)
    }

    /// Over TLS, for example.
    pub(crate) fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        Self { stream: Box::new(stream), seen: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within(self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Sends as long as the server takes it, and says whether it took everything.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        within(self.stream.write_all(bytes.as_ref())).await.is_ok()
    }

    pub(crate) async fn send_end(&mut self) {
        within(self.stream.shutdown()).await.unwrap();
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        self.answer().await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &[u8]) -> Answer {
        self.send(head(path, body.len())).await;
        self.send(body).await;
        self.answer().await
    }

    /// One whole answer, also an interim one.
    pub(crate) async fn answer(&mut self) -> Answer {
        let head = loop {
            if let Some(end) = self.seen.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head: Vec<_> = self.seen.drain(..end + 4).collect();
                break String::from_utf8(head).unwrap().to_ascii_lowercase();
            }
            assert!(self.read().await, "closed without an answer");
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse().unwrap());
        while self.seen.len() < length {
            assert!(self.read().await, "closed within an answer");
        }
        Answer { status, head, body: self.seen.drain(..length).collect() }
    }

    async fn read(&mut self) -> bool {
        let mut buffer = vec![0; 64 << 10];
        let read = within(self.stream.read(&mut buffer)).await.unwrap();
        self.seen.extend_from_slice(&buffer[..read]);
        read > 0
    }

    /// Reads up to this much of a body, and throws it away.
    pub(crate) async fn discard(&mut self, length: usize) -> usize {
        let mut buffer = vec![0; length];
        within(self.stream.read_exact(&mut buffer)).await.unwrap()
    }

    /// That the server ends the connection, having sent nothing more.
    pub(crate) async fn is_closed(&mut self) {
        assert!(!self.read().await, "not closed, but: {:?}", String::from_utf8_lossy(&self.seen));
        assert!(self.seen.is_empty(), "before: {:?}", String::from_utf8_lossy(&self.seen));
    }

    /// That the connection is at its end, in whatever way.
    pub(crate) async fn is_gone(&mut self) {
        let mut buffer = vec![0; 1 << 20];
        while within(self.stream.read(&mut buffer)).await.is_ok_and(|read| read > 0) {}
    }
}

pub(crate) fn head(path: &str, length: usize) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
}

pub(crate) fn chunked(path: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
}

pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
