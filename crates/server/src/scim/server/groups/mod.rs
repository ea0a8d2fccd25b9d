//! Groups, and who is in them. Roles that a group gives are its members' at once.

mod endpoints;
mod found;
mod membership;
mod operations;
mod shown;
mod store;

pub(super) use endpoints::endpoints;
pub(super) use found::Groups;
pub(super) use operations::{create, delete, patch, replace};
pub(super) use shown::told;

use super::caller::Directory;
use database::{Timestamp, Tx};
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, ScimGroupId};
use serde_json::{Map, Value};

/// A group, without who is in it.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: ScimGroupId,
    pub(super) external_id: Option<String>,
    pub(super) display_name: String,
    /// In the standard's words, with all that the directory has said.
    pub(super) document: Map<String, Value>,
    /// Counts changes, also of who is in it.
    pub(super) version: i64,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
}

/// Somebody in a group.
struct Person {
    group_id: ScimGroupId,
    member_id: MemberId,
}

/// The group with this id, if the connection has brought one.
///
/// # Errors
/// `scim_resource_not_found`.
fn find(tx: &mut Tx, directory: &Directory, id: &str) -> Result<Group> {
    let found = match ScimGroupId::parse(id) {
        Some(id) => store::find(tx, directory.ids(), &id)?,
        None => None,
    };
    found.ok_or(ApiError::ScimResourceNotFound.into())
}
