//! What of a resource is in an answer (RFC 7644, section 3.9).

use crate::attribute_path::{AttributePath, split_urn};
use crate::error::{Error, ErrorKind, quoted};
use crate::object;
use crate::schema::{ResourceType, Returned};
use serde_json::{Map, Value};

/// Which attributes are wanted, or not.
#[derive(Debug, Clone, PartialEq)]
pub enum Projection {
    /// All.
    Everything,
    /// These, and what is always there.
    Only(Vec<Wanted>),
    /// All but these; what is always there stays.
    Without(Vec<Wanted>),
}

/// An attribute, or a whole extension.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Everything under the URN of an extension.
    Extension(String),
    /// An attribute, or what is within it.
    Attribute(AttributePath),
}

/// Names in a list, at most.
const MAX_NAMES: usize = 100;

impl Projection {
    /// Reads the names in `attributes` and `excludedAttributes`. Where both are given only the first counts.
    pub fn new<'a>(
        attributes: impl IntoIterator<Item = &'a str>,
        excluded: impl IntoIterator<Item = &'a str>,
        of: &ResourceType,
    ) -> Result<Self, Error> {
        let (only, without) = (wanted(attributes, of)?, wanted(excluded, of)?);
        Ok(match (only.is_empty(), without.is_empty()) {
            (false, _) => Self::Only(only),
            (true, false) => Self::Without(without),
            (true, true) => Self::Everything,
        })
    }

    /// Whether an attribute of the resource itself would be in an answer: what is expensive to read need not be if not.
    pub fn has(&self, name: &str) -> bool {
        let names = |all: &[Wanted], whole: bool| {
            all.iter().any(|wanted| match wanted {
                Wanted::Attribute(path) => {
                    path.extension.is_none()
                        && path.attribute.eq_ignore_ascii_case(name)
                        && !(whole && path.sub_attribute.is_some())
                }
                Wanted::Extension(_) => false,
            })
        };
        match self {
            Self::Everything => true,
            Self::Only(all) => names(all, false),
            Self::Without(all) => !names(all, true),
        }
    }

    /// Leaves out of a resource what is not wanted.
    pub fn apply(&self, resource: Map<String, Value>, of: &ResourceType) -> Map<String, Value> {
        match self {
            Self::Everything => resource,
            Self::Only(all) => {
                let mut left = Map::new();
                for (name, value) in &resource {
                    if is_always(name, of) {
                        left.insert(name.clone(), value.clone());
                    }
                }
                for wanted in all {
                    copy(&resource, wanted, &mut left);
                }
                left
            }
            Self::Without(all) => {
                let mut left = resource;
                for wanted in all {
                    leave_out(&mut left, wanted, of);
                }
                left
            }
        }
    }
}

fn wanted<'a>(names: impl IntoIterator<Item = &'a str>, of: &ResourceType) -> Result<Vec<Wanted>, Error> {
    let mut all = Vec::new();
    for name in names.into_iter().flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        if all.len() == MAX_NAMES {
            return Err(ErrorKind::InvalidValue.because(format!("more than {MAX_NAMES} attributes are named")));
        }
        let of_extension = || match split_urn(name, of) {
            Some((Some(urn), "")) => Some(Wanted::Extension(urn)),
            _ => None,
        };
        let one = of_extension().or_else(|| AttributePath::parse(name, of).map(Wanted::Attribute));
        all.push(
            one.ok_or_else(|| ErrorKind::InvalidValue.because(format!("{} is not an attribute's name", quoted(name))))?,
        );
    }
    Ok(all)
}

fn is_always(name: &str, of: &ResourceType) -> bool {
    of.attribute(None, name).is_some_and(|attribute| attribute.returned == Returned::Always)
}

fn copy(resource: &Map<String, Value>, wanted: &Wanted, left: &mut Map<String, Value>) {
    let path = match wanted {
        Wanted::Extension(urn) => {
            if let Some(value) = object::get(resource, urn) {
                object::put(left, urn, value.clone());
            }
            return;
        }
        Wanted::Attribute(path) => path,
    };
    let Some(home) = path.home(resource) else { return };
    let Some(name) = object::name_in(home, &path.attribute) else { return };
    let Some(value) = home.get(name) else { return };
    let value = match &path.sub_attribute {
        None => value.clone(),
        Some(sub) => only_within(value, sub),
    };
    let left = match &path.extension {
        None => left,
        Some(urn) => {
            let urn = object::name_in(resource, urn).unwrap_or(urn);
            match left.entry(urn).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(members) => members,
                _ => return,
            }
        }
    };
    match (left.get_mut(name), value) {
        (Some(present), value) => join(present, value),
        (None, value) if !object::is_nothing(&value) => drop(left.insert(name.to_owned(), value)),
        (None, _) => {}
    }
}

fn only_within(value: &Value, sub: &str) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(|element| only_within(element, sub)).collect(),
        Value::Object(members) => match object::name_in(members, sub) {
            Some(name) => Value::Object(Map::from_iter([(name.to_owned(), members[name].clone())])),
            None => Value::Object(Map::new()),
        },
        _ => Value::Null,
    }
}

/// Two parts of the same attribute in one.
fn join(present: &mut Value, value: Value) {
    match (present, value) {
        (Value::Object(present), Value::Object(value)) => present.extend(value),
        (Value::Array(present), Value::Array(value)) => {
            present.iter_mut().zip(value).for_each(|(present, value)| join(present, value));
        }
        _ => {}
    }
}

fn leave_out(left: &mut Map<String, Value>, wanted: &Wanted, of: &ResourceType) {
    let path = match wanted {
        Wanted::Extension(urn) => return drop(object::take(left, urn)),
        Wanted::Attribute(path) => path,
    };
    if path.extension.is_none() && is_always(&path.attribute, of) {
        return;
    }
    let home = match &path.extension {
        None => left,
        Some(urn) => match object::get_mut(left, urn) {
            Some(Value::Object(members)) => members,
            _ => return,
        },
    };
    match (&path.sub_attribute, object::get_mut(home, &path.attribute)) {
        (None, _) => drop(object::take(home, &path.attribute)),
        (Some(sub), Some(Value::Object(members))) => drop(object::take(members, sub)),
        (Some(sub), Some(Value::Array(elements))) => {
            elements.iter_mut().filter_map(Value::as_object_mut).for_each(|members| drop(object::take(members, sub)));
        }
        _ => {}
    }
}
