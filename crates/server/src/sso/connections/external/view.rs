//! A connection that is another organization's, as the API shows it.

use super::External;
use crate::sso::connections::Connection;
use crate::sso::connections::role_assignments::{self, ConnectionRoleAssignment, GroupRoleAssignment};
use foundation::id::OrganizationId;
use schemars::JsonSchema;
use serde::Serialize;

/// A connection that stands for another organization's.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ExternalConnection {
    /// Whose connection it is.
    organization_id: OrganizationId,
    /// The id of the SSO connection.
    connection_id: String,
    /// The organization whose connection this one stands for.
    external_organization_id: String,
    /// The connection of the other organization that this one stands for.
    external_connection_id: String,
    /// `active` as long as the other connection is.
    #[schemars(extend("enum" = ["active"]))]
    status: &'static str,
    /// The name of the connection, for people: one line, or empty.
    display_name: String,
    /// Roles for everyone who logs in by the connection.
    external_connection_implicit_role_assignments: Vec<ConnectionRoleAssignment>,
    /// Roles for people of a group at the provider.
    external_group_implicit_role_assignments: Vec<GroupRoleAssignment>,
}

impl ExternalConnection {
    /// The connection.
    pub(crate) fn of(connection: &Connection, external: &External) -> Self {
        let (of_all, of_groups) = role_assignments::shown(connection);
        Self {
            organization_id: connection.organization_id.clone(),
            connection_id: connection.connection_id.to_string(),
            external_organization_id: external.external_organization_id.clone(),
            external_connection_id: external.external_connection_id.clone(),
            status: connection.status(),
            display_name: connection.display_name.clone(),
            external_connection_implicit_role_assignments: of_all,
            external_group_implicit_role_assignments: of_groups,
        }
    }
}
