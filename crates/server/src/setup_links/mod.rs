//! Setup links: with one an organization's IT person sets up what its purposes say, without an account.
//!
//! A link works until it is over or revoked. Opening it begins a session of this browser, so that the token is in no address
//! that anybody could pass on by mistake. What is done with it is done by the link: it stands in the audit log, it reaches no
//! other organization, and its permissions are those of its purposes.

mod acting;
mod caller;
mod endpoints;
mod operations;
mod operator;
mod purpose;
mod session;
mod store;

pub(crate) use caller::SetupCaller;
pub(crate) use endpoints::endpoints;
pub(crate) use operations::contacts;
pub use operator::{Wanted, create as create_by_operator, list as list_by_operator, revoke as revoke_by_operator};
pub(crate) use purpose::Purpose;
pub(crate) use session::{end, open};
pub(crate) use store::TABLES;

use database::Timestamp;
use foundation::id::{OrganizationId, ProjectId, SetupLinkId};
use foundation::rbac::RoleId;
use schemars::JsonSchema;
use serde::Serialize;

/// A setup link, without its token, of which only a hash is stored.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct SetupLink {
    #[serde(skip)]
    pub(crate) project_id: ProjectId,
    /// Whose things are set up with it.
    pub(crate) organization_id: OrganizationId,
    /// The id of the setup link.
    pub(crate) setup_link_id: SetupLinkId,
    /// What may be set up with it.
    pub(crate) purposes: Vec<Purpose>,
    /// Roles that may be given and taken with it, besides those that give nothing that its purposes do not.
    pub(crate) roles: Vec<RoleId>,
    /// The address of whom it was made for; empty where that was not said.
    pub(crate) contact_email: String,
    /// Where its pages lead back to; empty where that was not said.
    pub(crate) return_url: String,
    /// When it was made (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) created_at: Timestamp,
    /// When it is good no more (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) expires_at: Timestamp,
}

impl SetupLink {
    /// Whether it may be used for this.
    pub(crate) fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }
}
