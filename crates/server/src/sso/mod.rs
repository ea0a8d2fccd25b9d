//! Single sign-on: an organization's members log in at its own identity provider.

mod connections;

pub(crate) use connections::endpoints;
pub(crate) use connections::operations::{let_go_of_connections, take_undefined_roles};

use crate::organizations::Organization;
use foundation::tables::Table;

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = connections::TABLES;

/// Whether the organization can have one more connection.
pub(crate) fn has_room(organization: &Organization) -> bool {
    connections::operations::require_room(organization).is_ok()
}
