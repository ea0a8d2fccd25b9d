//! The client before servers, names and certificates that mean it harm. Nothing here leaves the loopback addresses: names
//! are answered by the tests, and a loopback address that the client's operator allows stands for a public one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bounds;
mod bytes;
mod environment;
mod names;
mod redirects;
mod requests;
mod support;
mod time;
mod tls;
