//! What an organization knows of its connections besides what it shows: which there are, which roles they give, and since
//! when logins by them count. It stands with the organization, because every member and every session is read with that.

use super::Organization;
use database::Timestamp;
use foundation::rbac::RoleId;
use foundation::stored::Unknown;
use serde::{Deserialize, Serialize};

/// One of its connections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KnownConnection {
    pub(crate) connection_id: String,
    /// Logins by it before this time count no more: it was another identity provider's.
    #[serde(default, with = "foundation::time::optional")]
    pub(crate) since: Option<Timestamp>,
    /// Whether the organization's own members have set it up, and not only the app's backend.
    #[serde(default = "by_members")]
    pub(crate) by_members: bool,
    /// The roles that it gives to those who log in by it.
    #[serde(default)]
    pub(crate) roles: Vec<ConnectionRole>,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

/// A role that a connection gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConnectionRole {
    pub(crate) role_id: RoleId,
    /// Only to those who are in this group, spelled as the identity provider spells it.
    #[serde(default)]
    pub(crate) group: Option<String>,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

impl ConnectionRole {
    /// Whether it goes to somebody in these groups.
    pub(crate) fn is_given_to(&self, groups: &[String]) -> bool {
        self.group.as_ref().is_none_or(|group| groups.contains(group))
    }
}

/// Its SCIM connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KnownScimConnection {
    pub(crate) connection_id: String,
    /// The roles that it gives to members by the groups they are in.
    #[serde(default)]
    pub(crate) roles: Vec<ScimGroupRole>,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

/// A role that a group of a directory gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScimGroupRole {
    pub(crate) role_id: RoleId,
    pub(crate) group_id: String,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

impl Organization {
    /// What it knows of the SCIM connection with this id, while that is there.
    pub(crate) fn scim_connection(&self, id: &str) -> Option<&KnownScimConnection> {
        self.scim_connection.as_ref().filter(|known| known.connection_id == id)
    }

    /// What it knows of the SSO connection with this id, while that is there.
    pub(crate) fn sso_connection(&self, id: &str) -> Option<&KnownConnection> {
        self.sso_connections.iter().find(|known| known.connection_id == id)
    }
}

/// Where it is not said, its word is worth the least.
fn by_members() -> bool {
    true
}
