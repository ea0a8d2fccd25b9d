//! What is done with groups.

use super::{Group, find, membership, store};
use crate::scim::connections::operations::forget_group;
use crate::scim::server::caller::Directory;
use crate::scim::server::condition::require_match;
use crate::scim::server::refusal::refused;
use ::scim::GROUP;
use ::scim::membership::Change as Membership;
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::ScimGroupId;
use serde_json::{Map, Value};

/// Takes in a group, with those who are in it.
pub(in crate::scim::server) fn create(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    mut body: Map<String, Value>,
) -> Result<Group> {
    let members = ::scim::membership::take(&mut body).map_err(refused)?;
    let document = ::scim::resource::read(body, &GROUP).map_err(refused)?;
    let group = Group {
        id: ScimGroupId::new(cx.project().environment),
        external_id: text(&document, "externalId"),
        display_name: text(&document, "displayName").unwrap_or_default(),
        document,
        version: 1,
        created_at: cx.now(),
        modified_at: cx.now(),
    };
    share(tx, directory);
    store::insert(tx, directory.ids(), &group)?;
    record(tx, cx, directory, "scim_group.create", &group, Change::created(&group.document))?;
    membership::change(tx, cx, directory, &group, members.map(Membership::Add).into_iter().collect())?;
    Ok(group)
}

/// Puts a document in the place of a group's; whoever is not named is in it no more.
pub(in crate::scim::server) fn replace(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    id: &str,
    mut body: Map<String, Value>,
    wanted: Option<&str>,
) -> Result<Group> {
    let before = find(tx, directory, id)?;
    require_match(wanted, before.version)?;
    let members = ::scim::membership::take(&mut body).map_err(refused)?.unwrap_or_default();
    let document = ::scim::resource::read(body, &GROUP).map_err(refused)?;
    change(tx, cx, directory, before, document, vec![Membership::Replace(members)])
}

/// Changes a group by the operations of a PATCH.
pub(in crate::scim::server) fn patch(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    id: &str,
    body: &Map<String, Value>,
    wanted: Option<&str>,
) -> Result<Group> {
    let operations = ::scim::read_patch(body, &GROUP).map_err(refused)?;
    let before = find(tx, directory, id)?;
    require_match(wanted, before.version)?;
    let (operations, members) = ::scim::membership::split(operations).map_err(refused)?;
    let mut document = before.document.clone();
    ::scim::apply(&mut document, operations, &GROUP).map_err(refused)?;
    change(tx, cx, directory, before, document, members)
}

/// Takes a group away, with the roles that it gave.
pub(in crate::scim::server) fn delete(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    id: &str,
    wanted: Option<&str>,
) -> Result<()> {
    let group = find(tx, directory, id)?;
    require_match(wanted, group.version)?;
    share(tx, directory);
    let people = membership::ids(tx, directory, &group, MOST_TOLD)?;
    store::delete(tx, directory.ids(), &group.id)?;
    // Nobody has its roles any more, however many are in it; those who are still shown with it keep a name only.
    forget_group(tx, cx, &directory.organization.organization_id, &group.id)?;
    let directory = directory.enter(tx, cx)?;
    membership::tell_people(tx, cx, &directory, &people)?;
    record(tx, cx, &directory, "scim_group.delete", &group, Change::deleted(&group.document))
}

const MOST_TOLD: i64 = membership::MOST_TOLD as i64;

fn change(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    before: Group,
    document: Map<String, Value>,
    members: Vec<Membership>,
) -> Result<Group> {
    let told = Change::between(&before.document, &document);
    let mut group = Group {
        external_id: text(&document, "externalId"),
        display_name: text(&document, "displayName").unwrap_or_default(),
        document,
        ..before.clone()
    };
    share(tx, directory);
    store::hold(tx, directory.ids(), &group.id)?;
    let others = membership::change(tx, cx, directory, &group, members)?;
    if !others && group.document == before.document {
        return Ok(before);
    }
    group.version += 1;
    group.modified_at = cx.now();
    store::update(tx, directory.ids(), &group)?;
    if group.display_name != before.display_name {
        let people = membership::ids(tx, directory, &group, MOST_TOLD)?;
        membership::tell_people(tx, cx, directory, &people)?;
    }
    if !told.is_none() {
        record(tx, cx, directory, "scim_group.update", &group, told)?;
    }
    Ok(group)
}

/// A directory changes one group over several connections, and groups with the same people.
fn share(tx: &mut Tx, directory: &Directory) {
    tx.shares(directory.connection.connection_id.as_str());
}

fn text(document: &Map<String, Value>, name: &str) -> Option<String> {
    document.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn record(tx: &mut Tx, cx: &Cx, directory: &Directory, action: &str, group: &Group, change: Change) -> Result<()> {
    let whose = Whose::Organization(&directory.organization.organization_id);
    audit::record(tx, cx, action, whose, &group.id, change)
}
