//! Accepting connections, and ending in good order.

use crate::accept_errors::{AcceptErrors, Occasional};
use crate::connection::Connection;
use crate::connections::{Connections, NoPlace, Place};
use crate::exchange::{Exchange, OnTimeout, Peer};
use crate::state::{Order, State, Times};
use crate::stream::Listener;
use crate::{Bodies, Limits, RequestBody};
use http::{Request, Response};
use http_body::Body;
use hyper::server::conn::http1;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tower_service::Service;

/// hyper's least.
const LEAST_HEAD_BYTES: usize = 8 << 10;
/// How often a place is looked for while there is none.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// For dropped connections to be gone. Only a service that blocks its thread needs it.
const GONE_WITHIN: Duration = Duration::from_secs(1);

/// What serves HTTP/1.1 within bounds.
pub struct Server {
    limits: Limits,
    connections: Arc<Connections>,
    bodies: Bodies,
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Connections that were still at work after [`Limits::grace`], and were dropped.
    pub dropped: usize,
}

/// What a server has open now.
#[derive(Clone)]
pub struct Gauges {
    connections: Arc<Connections>,
    bodies: Bodies,
}

impl Gauges {
    /// Connections that are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.count()
    }

    /// Bytes of [`Limits::body_bytes`] that are taken. Bodies up to [`Limits::small_body_bytes`] take none.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        self.bodies.bytes()
    }
}

impl Server {
    /// A server with these bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let connections = Arc::new(Connections::new(limits.connections, limits.connections_per_peer));
        let bodies = Bodies::new(&limits);
        Self { limits, connections, bodies }
    }

    /// The memory for bodies, for the service to read them with.
    #[must_use]
    pub fn bodies(&self) -> Bodies {
        self.bodies.clone()
    }

    /// Numbers to watch.
    #[must_use]
    pub fn gauges(&self) -> Gauges {
        Gauges { connections: self.connections.clone(), bodies: self.bodies.clone() }
    }

    /// Serves until `stop` is done. Then accepts nothing more, ends connections as soon as they have no request in flight,
    /// and drops what is left after [`Limits::grace`].
    ///
    /// Errors of the listener do not end it. Dropping this future drops all connections.
    pub async fn serve<L, S, B, O>(
        self,
        listener: L,
        service: S,
        on_timeout: O,
        stop: impl Future<Output = ()>,
    ) -> Stopped
    where
        L: Listener,
        S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
        O: OnTimeout<B>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let open = DropAll(self.connections.clone());
        let mut stop = pin!(stop);
        let mut door = Door::new(listener, &self.limits, self.connections);
        let http = http(&self.limits);
        loop {
            let (stream, address, state, place) = tokio::select! {
                biased;
                () = &mut stop => break,
                entered = door.next() => entered,
            };
            let (service, on_timeout) = (TowerToHyperService::new(service.clone()), on_timeout.clone());
            let exchange = Exchange { service, on_timeout, peer: Peer { address }, state: state.clone() };
            tokio::spawn(Connection::new(stream, &http, exchange, state, place));
        }
        drop(door);
        open.0.order(Order::Finish);
        if timeout(self.limits.grace, open.0.empty()).await.is_ok() {
            return Stopped { dropped: 0 };
        }
        let dropped = open.0.count();
        open.0.order(Order::Drop);
        let _ = timeout(GONE_WITHIN, open.0.empty()).await;
        Stopped { dropped }
    }
}

struct DropAll(Arc<Connections>);

impl Drop for DropAll {
    fn drop(&mut self) {
        self.0.order(Order::Drop);
    }
}

fn http(limits: &Limits) -> http1::Builder {
    let head_bytes = limits.head_bytes.max(LEAST_HEAD_BYTES);
    let mut http = http1::Builder::new();
    // hyper's own timer would make a new one for each head.
    http.header_read_timeout(None).max_buf_size(head_bytes).max_header_size(head_bytes);
    http
}

/// Where connections come in, one after the other.
struct Door<L> {
    listener: L,
    connections: Arc<Connections>,
    times: Arc<Times>,
    errors: AcceptErrors,
    full: Occasional,
    of_peer: Occasional,
}

impl<L: Listener> Door<L> {
    fn new(listener: L, limits: &Limits, connections: Arc<Connections>) -> Self {
        let (full, of_peer) = (Occasional::default(), Occasional::default());
        Self { listener, connections, times: Arc::new(Times::of(limits)), errors: AcceptErrors::new(), full, of_peer }
    }

    /// The next connection, and its place.
    async fn next(&mut self) -> (L::Stream, SocketAddr, Arc<State>, Place) {
        loop {
            let (stream, peer) = self.accept().await;
            if let Some((state, place)) = self.place(peer).await {
                return (stream, peer, state, place);
            }
        }
    }

    async fn accept(&mut self) -> (L::Stream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => {
                    self.errors.end();
                    return accepted;
                }
                Err(error) => {
                    if let Some(pause) = self.errors.pause_after(&error) {
                        // Where files are what is missing, each connection that ends gives one.
                        self.connections.make_room();
                        sleep(pause).await;
                    }
                }
            }
        }
    }

    /// Waits for a place, and has others give way. `None` if this peer gets none.
    async fn place(&mut self, peer: SocketAddr) -> Option<(Arc<State>, Place)> {
        loop {
            let state = Arc::new(State::new(self.times.clone()));
            match self.connections.enter(peer.ip(), &state) {
                Ok(place) => return Some((state, place)),
                Err(NoPlace::OfPeer) => {
                    if let Some(times) = self.of_peer.is_due() {
                        tracing::warn!(%peer, times, "a peer has too many connections");
                    }
                    return None;
                }
                Err(NoPlace::Full) => {
                    if let Some(times) = self.full.is_due() {
                        tracing::warn!(times, "all places for connections are taken");
                    }
                    self.connections.make_room();
                    let _ = timeout(LOOK_EVERY, self.connections.left.notified()).await;
                }
            }
        }
    }
}
