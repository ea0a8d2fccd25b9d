//! The connections of directories to an organization. It has one at a time.

mod endpoints;
mod groups;
mod identity_provider;
pub(super) mod operations;
mod remembered;
mod role_assignments;
mod shown;
mod store;
mod token;

pub(super) use endpoints::endpoints;
pub(crate) use identity_provider::IdentityProvider;
pub(crate) use operations::Authenticated;
pub(super) use store::TABLES;

use database::Timestamp;
use foundation::app::App;
use foundation::id::{OrganizationId, ProjectId, ScimConnectionId};
use foundation::rbac::RoleId;
use foundation::stored::{Fields, Stored, Unknown};
use serde::{Deserialize, Serialize};
use token::TokenRecord;

/// A connection.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) project_id: ProjectId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) connection_id: ScimConnectionId,
    /// Counts its changes.
    pub(crate) version: i64,
    pub(crate) display_name: String,
    pub(crate) settings: Stored<Settings>,
    bearer_token: TokenRecord,
    /// While the token is being replaced, the one that will be it; until then both are good.
    next_bearer_token: Option<TokenRecord>,
    pub(crate) created_at: Timestamp,
    updated_at: Timestamp,
}

/// What a connection is set to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Whose product the directory is.
    pub(crate) identity_provider: String,
    pub(crate) group_roles: Vec<GroupRole>,
    /// Whether the directory may take over any member who was there before, and not only those of the organization's domains.
    pub(crate) adopts_existing_members: bool,
    /// Whether it may leave the organization without an administrator.
    pub(crate) may_remove_last_administrator: bool,
}

impl Fields for Settings {
    fn strictest(_: &str) -> Option<serde_json::Value> {
        None
    }
}

/// A role that everybody has who is in the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupRole {
    pub(crate) role_id: RoleId,
    pub(crate) group_id: String,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

impl Connection {
    /// What the directory is to be given as the address of this server.
    pub(crate) fn base_url(&self, app: &App) -> String {
        let marks = identity_provider::marks(&self.settings.identity_provider);
        format!("{}/v1/b2b/scim/{}{marks}", app.public_url(), self.connection_id)
    }

    /// Whether its token is being replaced.
    pub(crate) fn is_rotating(&self) -> bool {
        self.next_bearer_token.is_some()
    }

    /// When its token is good no more, and the end of it by which people know it.
    pub(crate) fn token_shown(&self) -> (Timestamp, &str) {
        (self.bearer_token.expires_at, &self.bearer_token.last_four)
    }

    /// The roles that its groups give.
    fn roles(&self) -> Vec<RoleId> {
        self.settings.group_roles.iter().map(|role| role.role_id.clone()).collect()
    }
}
