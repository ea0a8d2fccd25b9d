//! Users: what the directory has sent of a person, and the member made of it.

mod endpoints;
mod found;
mod member;
mod operations;
mod said;
mod shown;
mod store;

pub(super) use endpoints::endpoints;
pub(super) use found::Users;
pub(super) use member::put_into_groups;
pub(super) use operations::{create, delete, patch, replace};
pub(super) use shown::told;

use super::caller::Directory;
use database::{Timestamp, Tx};
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, ScimGroupId};
use serde_json::{Map, Value};

/// A person, as the directory has sent them.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) member_id: MemberId,
    pub(super) external_id: Option<String>,
    pub(super) user_name: String,
    pub(super) active: bool,
    /// In the standard's words, with all that the directory has said.
    pub(super) document: Map<String, Value>,
    /// Counts changes.
    pub(super) version: i64,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
}

/// A group that somebody is in.
struct Group {
    member_id: MemberId,
    id: ScimGroupId,
    name: String,
}

impl Group {
    /// Those that somebody is in, of some that stand in the order of their members.
    fn of<'a>(groups: &'a [Self], id: &MemberId) -> &'a [Self] {
        let from = groups.partition_point(|group| group.member_id < *id);
        let count = groups[from..].partition_point(|group| group.member_id == *id);
        &groups[from..from + count]
    }
}

/// The user with this id, if the connection has brought one.
///
/// # Errors
/// `scim_resource_not_found`.
fn find(tx: &mut Tx, directory: &Directory, id: &str) -> Result<User> {
    let found = match MemberId::parse(id) {
        Some(id) => store::find(tx, directory.ids(), &id)?,
        None => None,
    };
    found.ok_or(ApiError::ScimResourceNotFound.into())
}

/// What a user is called by.
pub(super) struct Named {
    pub(super) member_id: MemberId,
    pub(super) user_name: String,
}

/// Those of these ids that are users of the connection.
pub(super) fn known(tx: &mut Tx, directory: &Directory, ids: &[String]) -> Result<Vec<Named>> {
    store::named(tx, directory.ids(), ids)
}
