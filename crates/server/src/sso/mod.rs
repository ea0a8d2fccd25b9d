//! Single sign-on: an organization's members log in at its own identity provider.

mod connections;

pub(crate) use connections::endpoints;

use foundation::tables::Table;

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = connections::TABLES;
