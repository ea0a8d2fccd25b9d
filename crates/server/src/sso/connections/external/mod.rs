//! A connection that is another organization's.

mod endpoints;
mod view;

pub(super) use endpoints::endpoints;
pub(super) use view::ExternalConnection;

use super::{ConnectionRole, GroupRole};
use foundation::stored::Fields;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Its settings, as they are stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct External {
    pub(crate) external_organization_id: String,
    pub(crate) external_connection_id: String,
    /// As the other connection has them: they follow its changes.
    pub(crate) identity_provider: String,
    pub(crate) external_connection_is_active: bool,
    pub(crate) external_authority: String,
    pub(crate) connection_roles: Vec<ConnectionRole>,
    pub(crate) group_roles: Vec<GroupRole>,
}

impl Fields for External {
    fn strictest(_: &str) -> Option<Value> {
        None
    }
}
