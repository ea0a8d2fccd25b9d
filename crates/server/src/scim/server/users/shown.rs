//! A user as a resource.

use super::{Group, User, store};
use crate::scim::server::base;
use crate::scim::server::caller::Directory;
use crate::scim::server::shown::{Known, projected};
use ::scim::{Projection, USER};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use frame::Resource;
use serde_json::{Map, Value, json};

/// As resources, with the groups they are in if those are asked for.
pub(super) fn shown(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    users: Vec<User>,
    with_groups: bool,
) -> Result<Vec<Map<String, Value>>> {
    let ids: Vec<String> = users.iter().map(|user| user.member_id.to_string()).collect();
    let groups = if with_groups { store::groups_of(tx, directory.ids(), &ids)? } else { Vec::new() };
    let base = base(&cx.app, &directory.connection.connection_id);
    Ok(users.into_iter().map(|user| resource(&base, user, &groups)).collect())
}

/// One as an answer.
pub(in crate::scim::server) fn told(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    user: User,
    status: u16,
    projection: &Projection,
) -> Result<Resource> {
    let told = known(&user).told(cx, directory, status);
    // Who has just been made is in none.
    let with_groups = status != 201 && projection.has("groups");
    let resources = shown(tx, cx, directory, vec![user], with_groups)?;
    Ok(Resource { body: projected(resources, projection, &USER), ..told })
}

fn known(user: &User) -> Known<'_> {
    let User { member_id: id, version, created_at, modified_at, .. } = user;
    Known { of: &USER, id: id.as_str(), version: *version, created_at: *created_at, modified_at: *modified_at }
}

/// Groups stand in the order of their members.
fn resource(base: &str, mut user: User, groups: &[Group]) -> Map<String, Value> {
    let shown = Group::of(groups, &user.member_id).iter().map(|group| {
        json!({
            "value": group.id,
            "$ref": format!("{base}/Groups/{}", group.id),
            "display": group.name,
            "type": "direct",
        })
    });
    let (shown, document) = (shown.collect(), std::mem::take(&mut user.document));
    known(&user).around(base, document, ("groups", shown))
}
