//! A server and its clients, over real sockets of this machine.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bodies;
mod deadlines;
mod files;
mod places;
mod requests;
mod stop;
mod support;
mod tls;
