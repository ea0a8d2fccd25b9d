//! A user as a resource.

use super::{Group, User, store};
use crate::scim::server::caller::Directory;
use crate::scim::server::{base, condition};
use ::scim::{Projection, USER};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::time;
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
    let etag = condition::etag(user.version);
    let location = format!("{}/Users/{}", base(&cx.app, &directory.connection.connection_id), user.member_id);
    let resources = shown(tx, cx, directory, vec![user], projection.has("groups"))?;
    let body = resources.into_iter().next().map(|resource| projection.apply(resource, &USER));
    Ok(Resource { status, body, location: Some(location), etag: Some(etag) })
}

fn resource(base: &str, user: User, groups: &[Group]) -> Map<String, Value> {
    let mut document = user.document;
    let mut resource = Map::new();
    resource.insert("schemas".into(), document.shift_remove("schemas").unwrap_or_else(|| json!([USER.schema.id])));
    resource.insert("id".into(), user.member_id.as_str().into());
    resource.append(&mut document);
    let groups: Vec<Value> = groups
        .iter()
        .filter(|group| group.member_id == user.member_id)
        .map(|group| {
            json!({
                "value": group.id,
                "$ref": format!("{base}/Groups/{}", group.id),
                "display": group.name,
                "type": "direct",
            })
        })
        .collect();
    if !groups.is_empty() {
        resource.insert("groups".into(), groups.into());
    }
    resource.insert(
        "meta".into(),
        json!({
            "resourceType": USER.name,
            "created": time::to_text(user.created_at),
            "lastModified": time::to_text(user.modified_at),
            "location": format!("{base}/Users/{}", user.member_id),
            "version": condition::etag(user.version),
        }),
    );
    resource
}
