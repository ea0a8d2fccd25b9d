//! Who is in a group. A change touches those whom it is about, however many there are.

use super::{Group, store};
use crate::scim::server::caller::Directory;
use crate::scim::server::users;
use ::scim::membership::Change;
use ::scim::{AttributePath, Filter, GROUP};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// People whom one request may put into a group, or take out of it.
const MOST: usize = 10_000;

/// A group larger than a request may change cannot be replaced in one either.
const MOST_READ: i64 = 200_000;

/// Users that are looked up at once.
const AT_ONCE: usize = 500;

/// Makes the changes, one after the other; whether anybody is in the group now who was not, or the other way round.
///
/// # Errors
/// `scim_invalid_value` when somebody is to be put into it who is no user of the connection; `scim_too_many`.
pub(super) fn change(tx: &mut Tx, cx: &Cx, directory: &Directory, group: &Group, changes: Vec<Change>) -> Result<bool> {
    let mut touched = Vec::new();
    for change in changes {
        let (added, removed) = match change {
            Change::Add(ids) => (ids, Vec::new()),
            Change::Remove(ids) => (Vec::new(), ids),
            Change::RemoveMatching(filter) => (Vec::new(), matching(tx, directory, group, filter)?),
            Change::Replace(ids) => differences(tx, directory, group, ids)?,
        };
        if added.len() + removed.len() + touched.len() > MOST {
            return Err(ApiError::ScimTooMany.because(format!(
                "One request puts {MOST} people into a group or takes them out of it, and no more."
            )));
        }
        for some in added.chunks(AT_ONCE) {
            let those = store::add(tx, directory.ids(), &group.id, some)?;
            // Where all were put into it, all are known.
            if those.len() < some.len() {
                require_known(tx, directory, some)?;
            }
            touched.extend(those);
        }
        for some in removed.chunks(AT_ONCE) {
            touched.extend(store::remove(tx, directory.ids(), &group.id, some)?);
        }
    }
    users::put_into_groups(tx, cx, directory, &touched)?;
    Ok(!touched.is_empty())
}

/// Has people see the group as it is now, if they are not too many; others do when something of theirs changes.
pub(super) fn tell_people(tx: &mut Tx, cx: &Cx, directory: &Directory, people: &[String]) -> Result<()> {
    users::put_into_groups(tx, cx, directory, people.get(..MOST_TOLD).unwrap_or(people))
}

/// People who are told at once that their group has another name, or is gone.
pub(super) const MOST_TOLD: usize = 1_000;

/// The ids of so many in a group, at most.
pub(super) fn ids(tx: &mut Tx, directory: &Directory, group: &Group, limit: i64) -> Result<Vec<String>> {
    let people = store::people(tx, directory.ids(), &[group.id.to_string()], limit)?;
    Ok(people.into_iter().map(|person| person.member_id.to_string()).collect())
}

fn differences(
    tx: &mut Tx,
    directory: &Directory,
    group: &Group,
    wanted: Vec<String>,
) -> Result<(Vec<String>, Vec<String>)> {
    let present: HashSet<String> = ids(tx, directory, group, MOST_READ)?.into_iter().collect();
    let kept: HashSet<&String> = wanted.iter().collect();
    let removed = present.iter().filter(|id| !kept.contains(id)).cloned().collect();
    let added = wanted.iter().filter(|id| !present.contains(*id)).cloned().collect();
    Ok((added, removed))
}

fn matching(tx: &mut Tx, directory: &Directory, group: &Group, filter: Filter) -> Result<Vec<String>> {
    let members = AttributePath { extension: None, attribute: "members".to_owned(), sub_attribute: None };
    let filter = Filter::Element(members, Box::new(filter));
    let is_meant = |id: &str, name: &str| {
        let member = json!([{ "value": id, "display": name, "type": "User" }]);
        filter.matches(&Map::<String, Value>::from_iter([("members".to_owned(), member)]), &GROUP)
    };
    let mut meant = Vec::new();
    for some in ids(tx, directory, group, MOST_READ)?.chunks(AT_ONCE) {
        let people = users::known(tx, directory, some)?;
        let those = people.iter().filter(|user| is_meant(user.member_id.as_str(), &user.user_name));
        meant.extend(those.map(|user| user.member_id.to_string()));
    }
    Ok(meant)
}

fn require_known(tx: &mut Tx, directory: &Directory, ids: &[String]) -> Result<()> {
    let known = users::known(tx, directory, ids)?;
    let known: HashSet<&str> = known.iter().map(|user| user.member_id.as_str()).collect();
    match ids.iter().find(|id| !known.contains(id.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let shown: String = unknown.chars().take(100).collect();
            Err(ApiError::ScimInvalidValue.because(format!("{shown:?} is the id of no user of the connection.")))
        }
    }
}
