//! One database handle over SQLite and PostgreSQL.
//!
//! SQL is written once, in the subset both engines share, with `$1`, `$2`, … as parameters. A transaction is a
//! closure that blocks and never awaits: [`Database::read`] and [`Database::write`] run it, and run it again when the
//! database reports a conflict.

pub mod changes;
mod convert;
mod database;
mod dialect;
mod error;
pub mod growth;
mod job;
mod lanes;
mod migrate;
mod mode;
mod observe;
mod options;
mod postgres;
mod row;
mod row_security;
mod scope;
mod sha256;
mod sqlite;
mod statements;
pub mod transfer;
mod tx;
mod value;

pub use changes::RowKey;
pub use convert::{FromValue, Json};
pub use database::Database;
pub use error::{Error, IsConflict, Result};
pub use lanes::{Lane, Numbers};
pub use migrate::Migration;
pub use observe::{Kind, Observation, Outcome};
pub use options::{Engine, Options};
pub use row::{FromRow, Row};
pub use row_security::RowSecurity;
pub use scope::EVERYTHING;
pub use tx::Tx;
pub use value::{Timestamp, Value};
