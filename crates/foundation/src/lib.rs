//! What every part of the server stands on: values with their rules, errors, keys, and the context of an operation.
//!
//! Nothing here serves HTTP, and nothing belongs to one subject.

pub mod app;
pub mod audit;
pub mod config;
pub mod credentials;
pub mod cx;
pub mod email_address;
pub mod email_domain;
pub mod error;
pub mod fingerprint;
pub mod hashing;
pub mod id;
pub mod keys;
pub mod memory;
pub mod metadata;
pub mod metrics;
pub mod occasional;
pub mod one_time_code;
pub mod panics;
pub mod phone_number;
pub mod project;
pub mod public_suffix;
pub mod random;
pub mod rbac;
pub mod recent;
pub mod secret;
pub mod stored;
pub mod tables;
pub mod text;
pub mod this_machine;
pub mod time;
pub mod traces;
pub mod twin;
mod wire_enum;
pub mod witness;
pub mod written;
