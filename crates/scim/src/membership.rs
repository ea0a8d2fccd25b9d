//! The members of a group, apart from the rest of it: there may be very many, and a change is about few.

use crate::error::{Error, ErrorKind, quoted};
use crate::filter::{Filter, Literal};
use crate::object;
use crate::patch::{Action, Operation, Path};
use crate::schema::GROUP;
use serde_json::{Map, Value};

/// A change of who is in a group, by the ids of users. Applying it twice is the same as applying it once.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// They are in it.
    Add(Vec<String>),
    /// They are not.
    Remove(Vec<String>),
    /// Whoever matches is not.
    RemoveMatching(Filter),
    /// They are, and nobody else.
    Replace(Vec<String>),
}

/// Takes the operations on a group apart: those on its attributes, and the changes of its members, each in their order.
pub fn split(operations: Vec<Operation>) -> Result<(Vec<Operation>, Vec<Change>), Error> {
    let (mut others, mut changes) = (Vec::new(), Vec::new());
    for mut operation in operations {
        match &operation.path {
            None => {
                let named = operation.value.as_object_mut().and_then(|value| object::take(value, "members"));
                if let Some(members) = named {
                    changes.extend(change(operation.action, members)?);
                }
                others.push(operation);
            }
            Some(path) if is_of_members(path) => changes.extend(by_path(operation)?),
            Some(_) => others.push(operation),
        }
    }
    Ok((others, changes))
}

/// Takes the members out of a group that a directory sent, if it says who they are.
pub fn take(body: &mut Map<String, Value>) -> Result<Option<Vec<String>>, Error> {
    object::take(body, "members").map(ids).transpose()
}

fn is_of_members(path: &Path) -> bool {
    path.attribute(&GROUP)
        .is_some_and(|(path, _)| path.extension.is_none() && path.attribute.eq_ignore_ascii_case("members"))
}

fn by_path(operation: Operation) -> Result<Option<Change>, Error> {
    match operation.path {
        Some(Path::Attribute(path)) if path.sub_attribute.is_none() => change(operation.action, operation.value),
        Some(Path::Elements { matching, sub_attribute: None, .. }) if operation.action == Action::Remove => {
            Ok(Some(match named(&matching) {
                Some(ids) => Change::Remove(ids),
                None => Change::RemoveMatching(matching),
            }))
        }
        Some(path) => {
            Err(ErrorKind::Mutability
                .because(format!("{path}: who is in a group can be added and removed, not changed")))
        }
        None => Ok(None),
    }
}

fn change(action: Action, members: Value) -> Result<Option<Change>, Error> {
    Ok(match action {
        Action::Add => Some(Change::Add(ids(members)?)).filter(|change| *change != Change::Add(Vec::new())),
        Action::Replace => Some(Change::Replace(ids(members)?)),
        // Microsoft Entra says in a value whom to remove; without one nobody stays.
        Action::Remove if members.is_null() => Some(Change::Replace(Vec::new())),
        Action::Remove => Some(Change::Remove(ids(members)?)).filter(|change| *change != Change::Remove(Vec::new())),
    })
}

/// The ids of members, each once: `[{"value": "…"}]`, or what some directories send, a single one or texts.
fn ids(members: Value) -> Result<Vec<String>, Error> {
    let members = match members {
        Value::Null => Vec::new(),
        Value::Array(members) => members,
        single => vec![single],
    };
    let mut seen = std::collections::HashSet::with_capacity(members.len());
    let mut ids = Vec::with_capacity(members.len());
    for member in members {
        let id = match &member {
            Value::String(id) => Some(id.as_str()),
            Value::Object(member) => object::get(member, "value").and_then(Value::as_str),
            _ => None,
        };
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| {
            ErrorKind::InvalidValue
                .because(format!("{} does not say whose id it is in \"value\"", quoted(&member.to_string())))
        })?;
        if seen.insert(id.to_owned()) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

/// The ids that a filter names, if it does nothing else: `value eq "…"`, or several with `or` between.
fn named(filter: &Filter) -> Option<Vec<String>> {
    match filter {
        Filter::Or(all) => all.iter().map(named).collect::<Option<Vec<_>>>().map(|ids| ids.concat()),
        Filter::Compare(path, crate::Operator::Equal, Literal::Text(id))
            if path.attribute.eq_ignore_ascii_case("value") =>
        {
            Some(vec![id.clone()])
        }
        _ => None,
    }
}
