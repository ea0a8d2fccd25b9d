//! A group as a resource.

use super::{Group, Person, store};
use crate::scim::server::base;
use crate::scim::server::caller::Directory;
use crate::scim::server::shown::{Known, projected};
use ::scim::{GROUP, Projection};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
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
    let told = known(&group).told(cx, directory, status);
    let resources = shown(tx, cx, directory, vec![group], projection.has("members"))?;
    Ok(Resource { body: projected(resources, projection, &GROUP), ..told })
}

fn known(group: &Group) -> Known<'_> {
    let Group { id, version, created_at, modified_at, .. } = group;
    Known { of: &GROUP, id: id.as_str(), version: *version, created_at: *created_at, modified_at: *modified_at }
}

/// People stand in the order of their groups.
fn resource(base: &str, mut group: Group, people: &[Person]) -> Map<String, Value> {
    let from = people.partition_point(|person| person.group_id < group.id);
    let shown = people[from..].iter().take_while(|person| person.group_id == group.id).map(|person| {
        json!({
            "value": person.member_id,
            "$ref": format!("{base}/Users/{}", person.member_id),
            "type": "User",
        })
    });
    let (shown, document) = (shown.collect(), std::mem::take(&mut group.document));
    known(&group).around(base, document, ("members", shown))
}
