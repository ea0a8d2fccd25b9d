//! Every operation of the Rust SDK that the server offers, against a server of its own for each test.
//!
//! What an operation does is tested in Python. Here it counts that the SDK's types accept each answer: they are strict,
//! and a call that succeeds has parsed.

mod discovery;
mod errors;
mod magic_links;
mod members;
mod organizations;
mod project;
mod server;
mod sessions;
