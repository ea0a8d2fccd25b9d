//! SCIM: an organization's directory creates, changes and removes its members.

mod attributes;
mod connections;
mod directory;
mod recorder;
mod server;

pub(crate) use attributes::attributes;
pub(crate) use connections::operations::{
    active, complete_rotation, create, delete as delete_connection, rotate, take_undefined_roles,
};
pub(crate) use connections::{IdentityProvider, Settings};
pub use recorder::{Recorded, known_of};
pub(crate) use recorder::{exchanged, flush, recorded};
pub(crate) use server::BASE;

use foundation::tables::Table;
use frame::Endpoint;

/// The tables of this subject. What came by a connection goes before it.
pub(crate) const DIRECTORY_TABLES: &[Table] = directory::TABLES;
pub(crate) const TABLES: &[Table] = connections::TABLES;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [connections::endpoints(), recorder::endpoints(), server::endpoints()].into_iter().flatten().collect()
}
