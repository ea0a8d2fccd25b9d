//! SCIM: an organization's directory creates, changes and removes its members.

#![allow(dead_code, unused_imports, reason = "the server under a connection's base URL takes what is left")]

mod attributes;
mod connections;
mod directory;

pub(crate) use attributes::attributes;
pub(crate) use connections::operations::{authenticate, forget_group, take_undefined_roles};
pub(crate) use connections::{Authenticated, Connection};

use foundation::tables::Table;
use frame::Endpoint;

/// The tables of this subject. What came by a connection goes before it.
pub(crate) const DIRECTORY_TABLES: &[Table] = directory::TABLES;
pub(crate) const TABLES: &[Table] = connections::TABLES;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    connections::endpoints()
}
