//! Applying an operation.

use super::values::{coerced, extension, one_primary, without_nulls};
use super::whole::{complete_schemas, missing, place};
use super::{Action, Operation, Path, elements};
use crate::attribute_path::AttributePath;
use crate::error::{Error, ErrorKind};
use crate::object;
use crate::schema::{Attribute, Mutability, ResourceType};
use serde_json::{Map, Value};

/// Applies operations to a resource, one after the other. If one is refused the resource is in the middle: it is to be dropped.
pub fn apply(resource: &mut Map<String, Value>, operations: Vec<Operation>, of: &ResourceType) -> Result<(), Error> {
    apply_each(resource, operations, of)?;
    complete_schemas(resource, of);
    match missing(resource, of) {
        None => Ok(()),
        Some(name) => Err(ErrorKind::Mutability.because(format!("{name} is required, and cannot be taken away"))),
    }
}

/// Applies operations to what need not be a whole resource yet.
pub(crate) fn apply_each(
    resource: &mut Map<String, Value>,
    operations: Vec<Operation>,
    of: &ResourceType,
) -> Result<(), Error> {
    operations.into_iter().try_for_each(|operation| apply_one(resource, operation, of))
}

fn apply_one(resource: &mut Map<String, Value>, operation: Operation, of: &ResourceType) -> Result<(), Error> {
    let Operation { action, path, value } = operation;
    let Some(path) = path else {
        let Value::Object(attributes) = value else { return Ok(()) };
        for (name, value) in attributes {
            set_named(resource, action, &name, value, of)?;
        }
        return Ok(());
    };
    if let Some((path, Some(attribute))) = path.attribute(of)
        && attribute.mutability == Mutability::ReadOnly
    {
        return Err(ErrorKind::Mutability.because(format!("{path} is the server's own, and not changed by a PATCH")));
    }
    // What looks like an attribute of an extension that no schema knows may be such an extension itself.
    let path = match path {
        Path::Attribute(path) if path.extension.is_some() && object::get(resource, &path.to_string()).is_some() => {
            Path::Extension(path.to_string())
        }
        path => path,
    };
    match path {
        Path::Extension(urn) => change_extension(resource, action, &urn, value, of),
        Path::Attribute(path) if action == Action::Remove => remove(resource, &path, value, of),
        Path::Attribute(path) => set(resource, action, &path, value, of),
        Path::Elements { of: path, matching, sub_attribute } => {
            let attribute = path.attribute_of(of);
            at_home(resource, &path, of, |home| {
                let mut present = elements_of(object::get(home, &path.attribute).cloned());
                let change = (action, &matching, sub_attribute.as_deref());
                elements::change_matching(attribute, &mut present, change, value)?;
                put(home, &path.attribute, attribute, Value::Array(present));
                Ok(())
            })
        }
    }
}

/// An attribute that was named in the value of an operation without a path. Names may be paths there, with dots and URNs.
fn set_named(
    resource: &mut Map<String, Value>,
    action: Action,
    name: &str,
    value: Value,
    of: &ResourceType,
) -> Result<(), Error> {
    match place(name, of) {
        // Okta gives a group's id along with its name.
        Some(Path::Attribute(path))
            if path.attribute_of(of).is_some_and(|attribute| attribute.mutability == Mutability::ReadOnly) =>
        {
            Ok(())
        }
        Some(path) => apply_one(resource, Operation { action, path: Some(path), value }, of),
        None => {
            // Within an extension that no schema knows, if it is there; else it is one itself, or some other attribute.
            if let Ok(path @ Path::Attribute(AttributePath { extension: Some(_), .. })) = Path::parse(name, of)
                && path.attribute(of).is_some_and(|(path, _)| path.home(resource).is_some())
            {
                return apply_one(resource, Operation { action, path: Some(path), value }, of);
            }
            let present = object::get(resource, name).cloned().unwrap_or_default();
            put(resource, name, None, merged(None, action, present, without_nulls(value)));
            Ok(())
        }
    }
}

fn change_extension(
    resource: &mut Map<String, Value>,
    action: Action,
    urn: &str,
    value: Value,
    of: &ResourceType,
) -> Result<(), Error> {
    if action == Action::Remove {
        object::put(resource, urn, Value::Null);
        return Ok(());
    }
    let schema = of.extension(urn);
    match extension(schema, value, of)? {
        Value::Object(attributes) if schema.is_some() => {
            for (attribute, value) in attributes {
                let path = AttributePath { extension: Some(urn.to_owned()), attribute, sub_attribute: None };
                set(resource, action, &path, value, of)?;
            }
        }
        other => {
            let present = object::get(resource, urn).cloned().unwrap_or_default();
            put(resource, urn, None, merged(None, action, present, other));
        }
    }
    Ok(())
}

fn set(
    resource: &mut Map<String, Value>,
    action: Action,
    path: &AttributePath,
    value: Value,
    of: &ResourceType,
) -> Result<(), Error> {
    let attribute = path.attribute_of(of);
    at_home(resource, path, of, |home| {
        let present = object::get(home, &path.attribute).cloned().unwrap_or_default();
        let is_single =
            attribute.is_some_and(|attribute| !attribute.is_multi_valued && !attribute.sub_attributes().is_empty());
        let next = match (&path.sub_attribute, value) {
            (Some(sub), value) => within(attribute, present, sub, value)?,
            // What was not named within an attribute stays (RFC 7644, section 3.5.2.3), and what is null goes.
            (None, Value::Object(members)) if is_single => members
                .into_iter()
                .try_fold(present, |present, (sub, value)| within(attribute, present, &sub, value))?,
            (None, value) => merged(attribute, action, present, coerced(attribute, value)?),
        };
        put(home, &path.attribute, attribute, next);
        Ok(())
    })
}

/// A new value in the place of one, or beside it.
fn merged(attribute: Option<&'static Attribute>, action: Action, present: Value, value: Value) -> Value {
    match (present, value) {
        // Adding nothing takes nothing away.
        (present, Value::Null) if action == Action::Add => present,
        (present @ (Value::Null | Value::Array(_)), value)
            if action == Action::Add && (present.is_array() || value.is_array()) =>
        {
            let mut all = elements_of(Some(present));
            elements::add(attribute, &mut all, elements_of(Some(value)));
            Value::Array(all)
        }
        (present @ (Value::Null | Value::Object(_)), Value::Object(new)) => {
            let mut members = if let Value::Object(members) = present { members } else { Map::new() };
            for (name, value) in new {
                object::put(&mut members, &name, value);
            }
            Value::Object(members)
        }
        (_, value) => value,
    }
}

/// Something within an attribute; of one that has several values, within each.
fn within(attribute: Option<&'static Attribute>, present: Value, sub: &str, value: Value) -> Result<Value, Error> {
    let known = attribute.and_then(|attribute| attribute.sub_attribute(sub));
    let name = known.map_or(sub, |known| known.name);
    let value = Some(coerced(known, value)?).filter(|value| !object::is_nothing(value)).unwrap_or_default();
    let is_multi_valued = present.is_array() || attribute.is_some_and(|attribute| attribute.is_multi_valued);
    let mut elements = elements_of(Some(present));
    if elements.is_empty() {
        elements.push(Value::Object(Map::new()));
    }
    for element in &mut elements {
        match element {
            Value::Object(members) => object::put(members, name, value.clone()),
            _ => {
                let detail =
                    format!("there is nothing within {}", attribute.map_or("this attribute", |known| known.name));
                return Err(ErrorKind::InvalidPath.because(detail));
            }
        }
    }
    elements.retain(|element| !object::is_nothing(element));
    if is_multi_valued {
        one_primary(&mut elements);
        return Ok(Value::Array(elements));
    }
    Ok(elements.pop().unwrap_or_default())
}

/// Takes an attribute away, or what is within it; with a value, only the elements that it names (as Microsoft Entra does).
fn remove(
    resource: &mut Map<String, Value>,
    path: &AttributePath,
    value: Value,
    of: &ResourceType,
) -> Result<(), Error> {
    if path.home(resource).is_none_or(|home| object::get(home, &path.attribute).is_none()) {
        return Ok(());
    }
    if path.sub_attribute.is_some() {
        return set(resource, Action::Replace, path, Value::Null, of);
    }
    let attribute = path.attribute_of(of);
    at_home(resource, path, of, |home| {
        let left = match (object::get_mut(home, &path.attribute).map(Value::take), value) {
            (Some(Value::Array(mut present)), removed) if !object::is_nothing(&removed) => {
                elements::remove(attribute, &mut present, &elements_of(Some(removed)));
                Value::Array(present)
            }
            _ => Value::Null,
        };
        put(home, &path.attribute, attribute, left);
        Ok(())
    })
}

fn elements_of(value: Option<Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(single) => vec![single],
    }
}

/// Changes the object in which an attribute stands or is to stand: the resource, or its extension.
fn at_home(
    resource: &mut Map<String, Value>,
    path: &AttributePath,
    of: &ResourceType,
    change: impl FnOnce(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(urn) = &path.extension else { return change(resource) };
    let urn = of.extension(urn).map_or(urn.as_str(), |schema| schema.id);
    let mut home = match object::get_mut(resource, urn).map(Value::take) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    change(&mut home)?;
    object::put(resource, urn, if home.is_empty() { Value::Null } else { Value::Object(home) });
    Ok(())
}

fn put(home: &mut Map<String, Value>, name: &str, attribute: Option<&'static Attribute>, value: Value) {
    let value = if object::is_nothing(&value) { Value::Null } else { value };
    object::put(home, attribute.map_or(name, |attribute| attribute.name), value);
}
