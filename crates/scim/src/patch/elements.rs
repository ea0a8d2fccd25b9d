//! The elements of an attribute that has several values.

use super::values::{is_primary, not_primary, one_primary};
use super::{Action, values};
use crate::error::{Error, ErrorKind};
use crate::filter::{Filter, Literal, Operator, Scope, are_equal};
use crate::object;
use crate::schema::Attribute;
use serde_json::{Map, Value};

type Known = Option<&'static Attribute>;

/// Adds elements. One that is there already is not added again: what is new in it is.
pub(super) fn add(attribute: Known, elements: &mut Vec<Value>, mut added: Vec<Value>) {
    one_primary(&mut added);
    let mut changed = Vec::with_capacity(added.len());
    for new in added {
        match elements.iter().position(|element| is_same(attribute, element, &new)) {
            Some(index) => {
                if let (Value::Object(present), Value::Object(new)) = (&mut elements[index], new) {
                    for (name, value) in new {
                        object::put(present, &name, value);
                    }
                }
                changed.push(index);
            }
            None => {
                changed.push(elements.len());
                elements.push(new);
            }
        }
    }
    settle_primary(elements, changed.into_iter());
    one_primary(elements);
}

/// Takes the elements away that have one of these values; those that the values do not say stay.
pub(super) fn remove(attribute: Known, elements: &mut Vec<Value>, removed: &[Value]) {
    elements.retain(|element| !removed.iter().any(|removed| is_meant(attribute, element, removed)));
}

/// Whether both are the same value for the same purpose (RFC 7643, section 2.4: `type` and `value` together).
fn is_same(attribute: Known, one: &Value, other: &Value) -> bool {
    let (Value::Object(one), Value::Object(other)) = (one, other) else { return are_equal(attribute, one, other) };
    let same = |name: &str| {
        let known = attribute.and_then(|attribute| attribute.sub_attribute(name));
        match (object::get(one, name), object::get(other, name)) {
            (Some(one), Some(other)) => are_equal(known, one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    };
    match (object::get(one, "value"), object::get(other, "value")) {
        (None, None) => one == other,
        _ => same("value") && same("type"),
    }
}

/// Whether a value that is to be removed means an element: it says everything that the value says.
fn is_meant(attribute: Known, element: &Value, removed: &Value) -> bool {
    let known = |name: &str| attribute.and_then(|attribute| attribute.sub_attribute(name));
    match (element, removed) {
        (Value::Object(element), Value::Object(removed)) => match object::get(removed, "value") {
            Some(value) => object::get(element, "value").is_some_and(|own| are_equal(known("value"), own, value)),
            None => removed
                .iter()
                .all(|(name, value)| object::get(element, name).is_some_and(|own| are_equal(known(name), own, value))),
        },
        (Value::Object(element), text) => {
            object::get(element, "value").is_some_and(|own| are_equal(known("value"), own, text))
        }
        (own, value) => are_equal(attribute, own, value),
    }
}

/// Changes the elements that match a filter, or something within each. Where none does, and the filter says what one would have to
/// be, there is one afterwards: Microsoft Entra sets `emails[type eq "work"].value` of people who have none.
pub(super) fn change_matching(
    attribute: Known,
    elements: &mut Vec<Value>,
    (action, filter, sub_attribute): (Action, &Filter, Option<&str>),
    value: Value,
) -> Result<(), Error> {
    let value = within(attribute, sub_attribute, value)?;
    let known = attribute.zip(sub_attribute).and_then(|(attribute, sub)| attribute.sub_attribute(sub));
    let sub_attribute = known.map(|known| known.name).or(sub_attribute);
    let matches = |element: &Value| filter.holds(Scope::Element(element, attribute));
    if action == Action::Remove || object::is_nothing(&value) {
        match sub_attribute {
            None => elements.retain(|element| !matches(element)),
            Some(sub) => {
                elements
                    .iter_mut()
                    .filter(|element| matches(element))
                    .for_each(|element| set(element, sub, Value::Null));
                elements.retain(|element| !object::is_nothing(element));
            }
        }
        return Ok(());
    }
    if !elements.iter().any(matches) {
        let unclear = || {
            ErrorKind::NoTarget
                .because(format!("no element matches {filter}, and it does not say what a new one would be"))
        };
        let mut new = within(attribute, None, Value::Object(described_by(filter).ok_or_else(unclear)?))?;
        change(&mut new, action, (filter, sub_attribute), value);
        // What a new one would have to be is not what it is to become.
        if !matches(&new) {
            return Err(unclear());
        }
        elements.push(new);
        let last = elements.len() - 1;
        settle_primary(elements, last..last + 1);
        return Ok(());
    }
    let is_plain = sub_attribute.is_none() && !value.is_object();
    if is_plain && elements.iter().any(|element| element.is_object() && matches(element)) {
        return Err(ErrorKind::InvalidValue
            .because(format!("what matches {filter} is an object, and so is what takes its place")));
    }
    let mut changed = Vec::new();
    for (index, element) in elements.iter_mut().enumerate() {
        if matches(element) {
            change(element, action, (filter, sub_attribute), value.clone());
            changed.push(index);
        }
    }
    settle_primary(elements, changed.into_iter());
    Ok(())
}

/// The value for the elements, or for what is within them, as the schemas want it.
fn within(attribute: Known, sub_attribute: Option<&str>, value: Value) -> Result<Value, Error> {
    let Some(attribute) = attribute else { return Ok(values::without_nulls(value)) };
    if let Some(sub) = sub_attribute {
        return values::coerced(attribute.sub_attribute(sub), value);
    }
    match value {
        Value::Array(mut several) if several.len() == 1 => values::one(attribute, several.remove(0)),
        other => values::one(attribute, other),
    }
}

fn change(element: &mut Value, action: Action, (filter, sub_attribute): (&Filter, Option<&str>), value: Value) {
    match (sub_attribute, value) {
        (Some(sub), value) => set(element, sub, value),
        (None, Value::Object(new)) => {
            if let Value::Object(present) = element {
                if action == Action::Replace {
                    // What it was found by stays, if nothing else is said.
                    let found_by = described_by(filter).unwrap_or_default();
                    present.retain(|name, _| object::name_in(&found_by, name).is_some());
                }
                for (name, value) in new {
                    object::put(present, &name, value);
                }
            }
        }
        (None, value) => *element = value,
    }
}

fn set(element: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = element {
        object::put(members, name, value);
    }
}

/// What has just become primary is the only one.
fn settle_primary(elements: &mut [Value], changed: impl Iterator<Item = usize>) {
    let Some(primary) = changed.into_iter().find(|index| is_primary(&elements[*index])) else { return };
    for (index, element) in elements.iter_mut().enumerate() {
        if index != primary && is_primary(element) {
            not_primary(element);
        }
    }
}

/// The element that a filter describes, if it is nothing but equalities.
fn described_by(filter: &Filter) -> Option<Map<String, Value>> {
    let mut element = Map::new();
    let conditions = match filter {
        Filter::And(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    for condition in conditions {
        let Filter::Compare(path, Operator::Equal, literal) = condition else { return None };
        let value = match literal {
            Literal::Text(text) => text.as_str().into(),
            Literal::Boolean(value) => (*value).into(),
            Literal::Number(number) => Value::Number(number.clone()),
            Literal::Null => return None,
        };
        object::put(&mut element, &path.attribute, value);
    }
    Some(element)
}
