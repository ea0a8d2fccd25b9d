//! Single sign-on: an organization's members log in at its own identity provider.

mod connections;
mod login;
mod protocol;
mod recorder;

pub(crate) use connections::good;
pub(crate) use connections::operations::{
    Expiring, all, delete_if_possible, expiring, find, find_public, let_go_of_connections, take_undefined_roles,
};
pub(crate) use connections::{
    Connection, MetadataSource, OidcChanges, SamlChanges, Settings, StoredCertificate, create_oidc, create_saml,
    remove_certificate, take_metadata, update_oidc, update_saml,
};
pub(crate) use login::{
    ANSWER, Arrived, BEGIN, CALLBACK, CallbackInput, Expected, RESPONSE, ResponseInput, Start, Way, begin, begin_trial,
    connection_in_use, expected, metadata, oidc_callback, saml_response, way, way_back_of_callback, way_back_of_start,
};

pub(crate) use login::write_numbers;
pub use recorder::{Known, Recorded, known_of};
pub(crate) use recorder::{flush, recorded, remedy};

use crate::organizations::Organization;
use foundation::tables::Table;
use frame::Endpoint;

/// The tables of this subject, each of its own.
pub(crate) const TABLES: &[Table] = connections::TABLES;
pub(crate) const GOOD_TABLES: &[Table] = connections::good::TABLES;
pub(crate) const LOGIN_TABLES: &[Table] = login::TABLES;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [connections::endpoints(), login::endpoints(), recorder::endpoints()].into_iter().flatten().collect()
}

/// Whether the organization can have one more connection.
pub(crate) fn has_room(organization: &Organization) -> bool {
    connections::operations::require_room(organization).is_ok()
}
