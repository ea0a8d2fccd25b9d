//! How connections are accepted, bounded and ended; it knows nothing of what is served.
//!
//! A [`Server`] serves HTTP/1.1 with hyper. Every connection is a task with one timer, which is set to whatever the
//! connection waits for, and left alone while requests come and go:
//!
//! | it waits for | how long | then |
//! |---|---|---|
//! | the first byte | [`Limits::head`] | it is closed |
//! | the rest of a head | [`Limits::head`] | 408 |
//! | the body | [`Limits::body`] | [`Bodies::read`] fails with [`Refused::TooSlow`] |
//! | the service | [`Limits::request`] | its future is dropped; [`OnTimeout`] answers |
//! | the client to take the answer | [`Limits::response`] without progress | it is reset |
//! | another request | [`Limits::idle`] | it is closed |
//! | the client to stop sending | [`Limits::linger`] | it is closed |
//!
//! A handshake of TLS is a part of the first head.
//!
//! When [`Limits::connections`] are open, whoever comes waits until idle ones are closed, the longest idle first, and
//! those that have waited for their clients for [`Limits::head`]. So no stranger keeps others out for longer than that.

mod accept_errors;
mod alarm;
mod bodies;
mod client_address;
mod clock;
mod connection;
mod connections;
mod exchange;
mod limits;
mod request_body;
mod server;
mod state;
mod stream;
mod tls;

pub use bodies::{Bodies, Received, Refused};
pub use client_address::{InvalidProxies, Proxies};
pub use exchange::{OnTimeout, Peer};
pub use limits::Limits;
pub use request_body::{BodyError, RequestBody};
pub use server::{Gauges, Server, Stopped};
pub use stream::{Listener, Stream};
pub use tls::{Entrance, Identity, InvalidIdentity, Passage, Tls};
