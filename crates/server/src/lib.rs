//! Guildhall: sign-in for business software. Organizations, their members, and how they log in.
//!
//! `ARCHITECTURE.md` at the root of the repository is the tour.

mod app;
mod audit;
mod browser;
mod cursor;
mod discovery;
mod email_address;
mod email_domain;
pub mod error;
pub mod http;
pub mod id;
pub mod keys;
mod login;
mod magic_links;
mod mail;
mod members;
mod metadata;
mod metrics;
mod organizations;
mod outbox;
mod pages;
mod panics;
mod phone_number;
pub mod projects;
mod rbac;
mod redirect_urls;
mod search;
mod seed;
mod serve;
mod sessions;
mod time;
mod wire_enum;
mod workers;

pub use app::{App, Config};
pub use audit::recent as recent_audit_events;

pub use outbox::{get as outbox_message, list as outbox_messages};
pub use rbac::{Policy, set_project_policy};
pub use seed::{Seed, Seeded, seed};
pub use serve::serve;
pub use sessions::rotate_signing_key;
pub use time::system_now;

use database::Migration;

/// The whole JSON API, one line per subject.
pub fn endpoints() -> Vec<http::Endpoint> {
    [
        organizations::endpoints(),
        members::endpoints(),
        magic_links::endpoints(),
        discovery::endpoints(),
        sessions::endpoints(),
        rbac::endpoints(),
        audit::endpoints(),
        projects::endpoints(),
        browser::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every column of sealed values; a new sealing key must reach them all.
const SEALED: &[keys::Sealed] = &[outbox::SEALED, sessions::signing::SEALED];

/// The migrations, in order. Forward only: a new one is a new file.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_first", sql: include_str!("../migrations/0001_first.sql") },
    Migration { name: "0002_revisions", sql: include_str!("../migrations/0002_revisions.sql") },
    Migration { name: "0003_row_level_security", sql: include_str!("../migrations/0003_row_level_security.sql") },
    Migration { name: "0004_changes", sql: include_str!("../migrations/0004_changes.sql") },
    Migration { name: "0005_fewer_indexes", sql: include_str!("../migrations/0005_fewer_indexes.sql") },
    Migration { name: "0006_session_generation", sql: include_str!("../migrations/0006_session_generation.sql") },
];
