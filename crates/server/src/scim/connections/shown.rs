//! Connections, as the API shows them.

use super::Connection;
use super::role_assignments::{self, Assignment};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::{OrganizationId, ScimConnectionId};
use schemars::JsonSchema;
use serde::Serialize;

/// A connection.
#[derive(Serialize, JsonSchema)]
pub(super) struct ScimConnection {
    organization_id: OrganizationId,
    connection_id: ScimConnectionId,
    /// `active`: one that is deleted is not shown.
    status: &'static str,
    /// What people call it; may be empty.
    display_name: String,
    /// The product that the directory is, such as `okta`; `generic` for any other.
    identity_provider: String,
    /// What the directory is to be given as the address of this server. It shows the token there, as a bearer token.
    base_url: String,
    /// The last four characters of the token, to tell it by.
    bearer_token_last_four: String,
    /// When the token is good no more (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    bearer_token_expires_at: Timestamp,
    /// The last four characters of the token that takes its place. Empty while it is not being replaced.
    next_bearer_token_last_four: String,
    /// When that one is good no more (RFC 3339); `null` while the token is not being replaced.
    #[serde(with = "foundation::time::optional")]
    #[schemars(with = "Option<String>")]
    next_bearer_token_expires_at: Option<Timestamp>,
    /// Whether the directory takes over members who were there before, whatever their domain.
    adopts_existing_members: bool,
    /// Whether it may deprovision the last administrator.
    may_remove_last_administrator: bool,
    /// The roles that groups of the directory give.
    scim_group_implicit_role_assignments: Vec<Assignment>,
}

impl ScimConnection {
    pub(super) fn of(tx: &mut Tx, cx: &Cx, connection: &Connection) -> Result<Self> {
        let next = connection.next_bearer_token.as_ref();
        Ok(Self {
            organization_id: connection.organization_id.clone(),
            connection_id: connection.connection_id.clone(),
            status: "active",
            display_name: connection.display_name.clone(),
            identity_provider: connection.settings.identity_provider.clone(),
            base_url: connection.base_url(&cx.app),
            bearer_token_last_four: connection.bearer_token.last_four.clone(),
            bearer_token_expires_at: connection.bearer_token.expires_at,
            next_bearer_token_last_four: next.map(|next| next.last_four.clone()).unwrap_or_default(),
            next_bearer_token_expires_at: next.map(|next| next.expires_at),
            adopts_existing_members: connection.settings.adopts_existing_members,
            may_remove_last_administrator: connection.settings.may_remove_last_administrator,
            scim_group_implicit_role_assignments: role_assignments::shown(tx, connection)?,
        })
    }
}

/// The same with its token, which is shown once.
#[derive(Serialize, JsonSchema)]
pub(super) struct WithToken {
    #[serde(flatten)]
    pub(super) connection: ScimConnection,
    /// The token, with which the directory shows who it is. It is shown here and never again.
    pub(super) bearer_token: String,
}

/// The same with the token that will be it, which is shown once.
#[derive(Serialize, JsonSchema)]
pub(super) struct WithNextToken {
    #[serde(flatten)]
    pub(super) connection: ScimConnection,
    /// The token that the directory is to have next. It is shown here and never again.
    pub(super) next_bearer_token: String,
}
