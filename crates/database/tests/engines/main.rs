//! The database on both engines. PostgreSQL is a private server that the tests start and stop; without it they fail.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on stops")]

mod both;
mod changes;
mod migrations;
mod pgbouncer;
mod postgres;
mod scopes;
mod sqlite;
mod support;
mod transactions;
mod values;
