//! What is true of a resource as a whole, once it was changed: what it must have, and what its `schemas` say.

use super::Path;
use crate::attribute_path::{AttributePath, split_urn};
use crate::object;
use crate::schema::{Attribute, ResourceType};
use serde_json::{Map, Value};

/// An attribute that a resource must have and has not. What has several values is never missing: who has no address is judged by
/// whoever needs one.
pub(crate) fn missing(resource: &Map<String, Value>, of: &ResourceType) -> Option<&'static str> {
    let is_missing = |attribute: &&Attribute| {
        let value = object::get(resource, attribute.name);
        value.and_then(Value::as_str).is_none_or(|text| text.trim().is_empty())
    };
    let mut required =
        of.schema.attributes.iter().filter(|attribute| attribute.is_required && !attribute.is_multi_valued);
    required.find(is_missing).map(|attribute| attribute.name)
}

/// What a name in a resource, or in the value of an operation without a path, stands for: an extension, an attribute, or what
/// some directories write so, a path with a dot or behind a URN. None is a name that can be kept only as it is.
pub(crate) fn place(name: &str, of: &ResourceType) -> Option<Path> {
    if of.extension(name).is_some() {
        return Path::parse(name, of).ok();
    }
    match split_urn(name, of)? {
        // The name of an extension that nobody knows, or of something in it: as it came.
        (Some(urn), _) if of.extension(&urn).is_none() => None,
        _ => Path::parse(name, of).ok().filter(|path| match path {
            // A dot leads into what has something within it.
            Path::Attribute(AttributePath { sub_attribute: Some(_), .. }) => path
                .attribute(of)
                .is_some_and(|(_, known)| known.is_some_and(|known| !known.sub_attributes().is_empty())),
            _ => true,
        }),
    }
}

/// Makes `schemas` say what the resource has: its core schema, the extensions that are known, and then, as they were stated or stand
/// there, all others.
pub(crate) fn complete_schemas(resource: &mut Map<String, Value>, of: &ResourceType) {
    let stated = match object::take(resource, "schemas") {
        Some(Value::Array(stated)) => stated,
        _ => Vec::new(),
    };
    for schema in of.extensions {
        if object::get(resource, schema.id).is_some_and(object::is_nothing) {
            object::put(resource, schema.id, Value::Null);
        }
    }
    let known = of.extensions.iter().map(|schema| schema.id).filter(|urn| object::get(resource, urn).is_some());
    let stated = stated.iter().filter_map(Value::as_str).filter(|urn| of.extension(urn).is_none());
    let present = resource.keys().map(String::as_str).filter(|name| is_urn(name));
    let mut schemas = vec![Value::from(of.schema.id)];
    for urn in known.chain(stated).chain(present) {
        if !schemas.iter().any(|known| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(urn))) {
            schemas.push(urn.into());
        }
    }
    let mut complete = Map::new();
    complete.insert("schemas".to_owned(), Value::Array(schemas));
    complete.append(resource);
    *resource = complete;
}

fn is_urn(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}
