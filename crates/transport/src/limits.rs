//! What a connection may take: time, places, memory.

use std::time::Duration;

/// The bounds of a [`Server`](crate::Server). All times are meant in seconds; finer ones are kept to the millisecond.
///
/// What strangers can make the process hold is about `connections` × (2 × `head_bytes` + `small_body_bytes`) +
/// `body_bytes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For the head of a request: from the connection, or from the first byte that comes after the answer before it.
    /// A head that is late is answered with 408 (RFC 9110, 15.5.9). 10 s.
    pub head: Duration,
    /// Between an answer and the next request on the same connection. 75 s.
    pub idle: Duration,
    /// For the whole body of a request, from its complete head. 30 s.
    pub body: Duration,
    /// For the answer of the service, from the complete head of the request; the body is within it. 60 s.
    pub request: Duration,
    /// For a client to take something of an answer that it keeps us from sending. 30 s.
    pub response: Duration,
    /// How long we go on throwing away what a client sends after an answer that did not wait for it. Without that, the
    /// client's kernel would throw away the answer (RFC 9112, 9.6). 10 s.
    pub linger: Duration,
    /// For requests in flight once the server is told to stop. 10 s.
    pub grace: Duration,
    /// Connections open at once. One more is accepted and waits, the others stay in the kernel's backlog. 10,000.
    pub connections: usize,
    /// Connections open at once from one address, or one /64 network of IPv6. Those above are closed at once. Not
    /// bounded: behind a proxy everybody has the same address.
    pub connections_per_peer: Option<usize>,
    /// Bytes of the head of a request, and of the buffer that a connection reads into. Above it the answer is 431; a head
    /// has at most 100 header lines. Not less than 8 KiB. 16 KiB.
    pub head_bytes: usize,
    /// Bytes of request bodies in memory, of all connections together. 64 MiB.
    pub body_bytes: usize,
    /// Bytes of a body that do not count, so that whoever fills `body_bytes` does not keep small requests out. 8 KiB.
    pub small_body_bytes: usize,
    /// How long a body waits for its part of `body_bytes`. 5 s.
    pub body_wait: Duration,
    /// Bytes that are thrown away within `linger`. 64 MiB.
    pub linger_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(30),
            request: Duration::from_secs(60),
            response: Duration::from_secs(30),
            linger: Duration::from_secs(10),
            grace: Duration::from_secs(10),
            connections: 10_000,
            connections_per_peer: None,
            head_bytes: 16 << 10,
            body_bytes: 64 << 20,
            small_body_bytes: 8 << 10,
            body_wait: Duration::from_secs(5),
            linger_bytes: 64 << 20,
        }
    }
}
