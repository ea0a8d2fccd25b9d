//! Resources as they are kept.

use crate::error::{Error, ErrorKind};
use crate::object;
use crate::patch::{
    Action, Operation, Path, apply_each, coerced, complete_schemas, extension, missing, place, without_nulls,
};
use crate::schema::{Mutability, ResourceType};
use serde_json::{Map, Value};

/// Reads a resource that a directory sent (POST, PUT): names in the standard's case, values in its shapes, without what is the
/// server's own (`id`, `meta`, a user's `groups`), without passwords, and without what has nothing in it. Attributes and
/// extensions that no schema knows stay as they came.
pub fn read(body: Map<String, Value>, of: &ResourceType) -> Result<Map<String, Value>, Error> {
    let mut resource = Map::new();
    let mut within = Vec::new();
    for (name, value) in body {
        match place(&name, of) {
            Some(Path::Extension(urn)) => object::put(&mut resource, &urn, extension(of.extension(&urn), value, of)?),
            Some(Path::Attribute(path)) if path.extension.is_none() && path.sub_attribute.is_none() => {
                let known = path.attribute_of(of);
                let is_ours = known.is_some_and(|attribute| attribute.mutability == Mutability::ReadOnly);
                if !is_ours && !is_secret(&name) {
                    let value = coerced(known, value)?;
                    let value = if object::is_nothing(&value) { Value::Null } else { value };
                    object::put(&mut resource, known.map_or(&name, |known| known.name), value);
                }
            }
            Some(path) => within.push(Operation { action: Action::Replace, path: Some(path), value }),
            None => object::put(&mut resource, &name, without_nulls(value)),
        }
    }
    apply_each(&mut resource, within, of)?;
    complete_schemas(&mut resource, of);
    match missing(&resource, of) {
        None => Ok(resource),
        Some(name) => Err(ErrorKind::InvalidValue.because(format!("{name} is required"))),
    }
}

/// Members get no password from a directory, so none is kept; Okta sends one if it is told to.
fn is_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("password")
}
