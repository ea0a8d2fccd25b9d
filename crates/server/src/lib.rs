//! Guildhall: sign-in for business software. Organizations, their members, and how they log in.
//!
//! `ARCHITECTURE.md` at the root of the repository is the tour.

mod actor;
mod admin_portal;
mod arrival;
mod attempts;
mod audit_log;
mod begun;
mod branding;
mod breaches;
mod callers;
mod catalogue;
mod ceremonies;
mod certificates;
mod cookies;
mod cursor;
mod decision;
mod discovery;
mod display_name;
mod domain_proofs;
mod dry_run;
mod email_codes;
mod explanation;
mod factors;
mod impersonation;
mod joining;
mod login;
mod magic_links;
mod mailing;
mod members;
mod migrations;
mod oauth;
mod oauth_accounts;
pub mod oauth_providers;
mod one_time_tokens;
mod openid_providers;
pub mod operators;
mod organization_deletion;
mod organizations;
mod outbox;
mod pages;
pub mod passkeys;
mod passwords;
mod project_deletion;
pub mod projects;
pub mod rbac;
mod recorder;
mod redirect_urls;
mod scim;
mod search;
mod second_factors;
mod seed;
mod sentence;
mod serve;
mod sessions;
mod setup_links;
mod signing;
mod sms_codes;
mod sso;
mod statistics;
mod stored_passkeys;
mod stored_passwords;
mod tables;
mod twin;
mod workers;

pub use audit_log::page as audit_events;
pub use branding::{Wanted as ChangedBranding, of_colors as sentences_about_colors, update as update_branding};
pub use catalogue::{doors, endpoints, openapi};
pub use explanation::operator::{Besides as ExplainedBesides, explain_login, words as words_of_explanations};
pub use members::operator::{list as list_members, search as search_members, show as show_member};
pub use migrations::MIGRATIONS;
pub use organizations::operator::{search as search_organizations, show as show_organization};
pub use outbox::{
    Listed as OutboxMessage, check_sms_url, get as outbox_message, list as outbox_messages,
    retry as retry_outbox_messages,
};
pub use pages::outbox_page;
pub use project_deletion::delete_project;
pub use redirect_urls::Flow;
pub use scim::{Recorded as ScimExchange, known_of as known_scim_exchanges};
pub use search::{Page, Part};
pub use seed::{Seed, Seeded, seed};
pub use serve::{Fresh, Listening, Open, plant, serve, serve_twin, wiring};
pub use sessions::operator::{
    Revoked, of_member as sessions_of_member, of_organization as sessions_of_organization, revoke as revoke_session,
    revoke_of_member as revoke_sessions_of_member, revoke_of_organization as revoke_sessions_of_organization,
    show as show_session,
};
pub use setup_links::{
    Wanted as WantedSetupLink, create_by_operator as create_setup_link, list_by_operator as list_setup_links,
    revoke_by_operator as revoke_setup_link,
};
pub use sso::{Known as KnownSsoConnection, Recorded as SsoExchange, known_of as known_sso_connection};
pub use tables::{TABLES, everything_sealed};
pub use transport::{Bodies, Identity, Limits, Proxies, Tls};
pub use twin::Seed as TwinSeed;
