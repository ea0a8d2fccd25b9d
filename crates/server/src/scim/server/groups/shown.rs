//! A group as a resource.

use super::{Group, Person, store};
use crate::scim::server::caller::Directory;
use crate::scim::server::{base, condition};
use ::scim::{GROUP, Projection};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::time;
use frame::Resource;
use serde_json::{Map, Value, json};

/// Members that one answer may have.
const MOST: i64 = 100_000;

/// With more members a group is not told when it was changed, unless somebody asks.
const LARGE: i64 = 100;

/// Whether so many are in a group that a list of them costs more than what has changed.
pub(super) fn is_large(tx: &mut Tx, directory: &Directory, group: &Group) -> Result<bool> {
    let some = store::people(tx, directory.ids(), &[group.id.to_string()], LARGE + 1)?;
    Ok(i64::try_from(some.len()).is_ok_and(|some| some > LARGE))
}

/// As resources, with who is in them if that is asked for.
pub(super) fn shown(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    groups: Vec<Group>,
    with_members: bool,
) -> Result<Vec<Map<String, Value>>> {
    let ids: Vec<String> = groups.iter().map(|group| group.id.to_string()).collect();
    let people = if with_members { store::people(tx, directory.ids(), &ids, MOST + 1)? } else { Vec::new() };
    if i64::try_from(people.len()).is_ok_and(|people| people > MOST) {
        return Err(ApiError::ScimTooMany.because(format!(
            "These groups have more than {MOST} members together. Ask with excludedAttributes=members."
        )));
    }
    let base = base(&cx.app, &directory.connection.connection_id);
    Ok(groups.into_iter().map(|group| resource(&base, group, &people)).collect())
}

/// One as an answer.
pub(in crate::scim::server) fn told(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    group: Group,
    status: u16,
    projection: &Projection,
) -> Result<Resource> {
    let etag = condition::etag(group.version);
    let location = format!("{}/Groups/{}", base(&cx.app, &directory.connection.connection_id), group.id);
    let resources = shown(tx, cx, directory, vec![group], projection.has("members"))?;
    let body = resources.into_iter().next().map(|resource| projection.apply(resource, &GROUP));
    Ok(Resource { status, body, location: Some(location), etag: Some(etag) })
}

/// People stand in the order of their groups.
fn resource(base: &str, group: Group, people: &[Person]) -> Map<String, Value> {
    let mut document = group.document;
    let mut resource = Map::new();
    resource.insert("schemas".into(), document.shift_remove("schemas").unwrap_or_else(|| json!([GROUP.schema.id])));
    resource.insert("id".into(), group.id.as_str().into());
    resource.append(&mut document);
    let from = people.partition_point(|person| person.group_id < group.id);
    let members: Vec<Value> = people[from..]
        .iter()
        .take_while(|person| person.group_id == group.id)
        .map(|person| {
            json!({
                "value": person.member_id,
                "$ref": format!("{base}/Users/{}", person.member_id),
                "type": "User",
            })
        })
        .collect();
    if !members.is_empty() {
        resource.insert("members".into(), members.into());
    }
    resource.insert(
        "meta".into(),
        json!({
            "resourceType": GROUP.name,
            "created": time::to_text(group.created_at),
            "lastModified": time::to_text(group.modified_at),
            "location": format!("{base}/Groups/{}", group.id),
            "version": condition::etag(group.version),
        }),
    );
    resource
}
