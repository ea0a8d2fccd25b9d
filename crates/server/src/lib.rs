//! Guildhall: sign-in for business software. Organizations, their members, and how they log in.
//!
//! `ARCHITECTURE.md` at the root of the repository is the tour.

mod actor;
mod admin_portal;
mod arrival;
mod attempts;
mod audit_log;
mod breaches;
mod callers;
mod catalogue;
mod cookies;
mod cursor;
mod decision;
mod discovery;
mod display_name;
mod email_codes;
mod factors;
mod joining;
mod login;
mod magic_links;
mod mailing;
mod members;
mod migrations;
mod one_time_tokens;
mod openid_providers;
mod organization_deletion;
mod organizations;
mod outbox;
mod pages;
mod passwords;
mod project_deletion;
pub mod projects;
pub mod rbac;
mod redirect_urls;
mod scim;
mod search;
mod second_factors;
mod seed;
mod serve;
mod sessions;
mod signing;
mod sms_codes;
mod sso;
mod stored_passwords;
mod tables;
mod workers;

pub use audit_log::page as audit_events;
pub use catalogue::{doors, endpoints, openapi};
pub use migrations::MIGRATIONS;
pub use outbox::{
    Listed as OutboxMessage, check_sms_url, get as outbox_message, list as outbox_messages,
    retry as retry_outbox_messages,
};
pub use pages::outbox_page;
pub use project_deletion::delete_project;
pub use redirect_urls::Flow;
pub use seed::{Seed, Seeded, seed};
pub use serve::{Listening, serve, wiring};
pub use sso::{Known as KnownSsoConnection, Recorded as SsoExchange, known_of as known_sso_connection};
pub use tables::{TABLES, everything_sealed};
pub use transport::{Bodies, Limits, Proxies};
