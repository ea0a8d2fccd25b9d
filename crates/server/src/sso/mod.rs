//! Single sign-on: an organization's members log in at its own identity provider.

mod connections;
mod login;
mod protocol;
mod recorder;

pub(crate) use connections::operations::{find_public, let_go_of_connections, take_undefined_roles};
pub(crate) use login::{
    ANSWER, Arrived, BEGIN, CALLBACK, CallbackInput, RESPONSE, ResponseInput, Start, Way, begin, metadata,
    oidc_callback, saml_response, way, way_back_of_callback, way_back_of_start,
};

pub(crate) use login::write_numbers;
pub(crate) use recorder::remedy;
pub use recorder::{Known, Recorded, known_of};

use crate::organizations::Organization;
use foundation::tables::Table;
use frame::Endpoint;

/// The tables of this subject, each of its own.
pub(crate) const TABLES: &[Table] = connections::TABLES;
pub(crate) const LOGIN_TABLES: &[Table] = login::TABLES;
pub(crate) const RECORDER_TABLES: &[Table] = recorder::TABLES;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [connections::endpoints(), login::endpoints(), recorder::endpoints()].into_iter().flatten().collect()
}

/// Whether the organization can have one more connection.
pub(crate) fn has_room(organization: &Organization) -> bool {
    connections::operations::require_room(organization).is_ok()
}
