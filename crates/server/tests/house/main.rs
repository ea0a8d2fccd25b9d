//! The rules of the house that reviews forget, read off the source.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod endpoints;
mod sources;
mod statements;
mod style;
mod tables;
mod tree;
