//! Values as the schemas want them.

use crate::error::{Error, ErrorKind, quoted};
use crate::object;
use crate::schema::{Attribute, Kind, ResourceType, Schema};
use serde_json::{Map, Value};

/// A value of an attribute, in the standard's shape: the names within it in the standard's case, several values as an array,
/// booleans as such. `null` if there is nothing in it. What the schemas do not know stays as it is, without nulls.
pub(crate) fn coerced(attribute: Option<&'static Attribute>, value: Value) -> Result<Value, Error> {
    let Some(attribute) = attribute else { return Ok(without_nulls(value)) };
    if !attribute.is_multi_valued {
        return one(attribute, value);
    }
    let elements = match value {
        Value::Null => return Ok(Value::Null),
        Value::Array(elements) => elements,
        single => vec![single],
    };
    let mut read = Vec::with_capacity(elements.len());
    for element in elements {
        let element = one(attribute, element)?;
        if !object::is_nothing(&element) {
            read.push(element);
        }
    }
    one_primary(&mut read);
    Ok(if read.is_empty() { Value::Null } else { Value::Array(read) })
}

/// One value of an attribute, or one of its several.
pub(crate) fn one(attribute: &'static Attribute, value: Value) -> Result<Value, Error> {
    let wrong = |expected: &str, value: &Value| {
        let detail = format!("{} is {expected}, and not {}", attribute.name, quoted(&value.to_string()));
        Err(ErrorKind::InvalidValue.because(detail))
    };
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::Complex(_), Value::Object(members)) => within(attribute, members),
        // Microsoft Entra sets a manager by the id alone, and takes one away by an empty text.
        (Kind::Complex(_), Value::String(text)) if attribute.sub_attribute("value").is_some() => {
            if text.is_empty() {
                return Ok(Value::Null);
            }
            let mut members = Map::new();
            members.insert("value".to_owned(), text.into());
            Ok(Value::Object(members))
        }
        (Kind::Complex(_), value) => wrong("an object", &value),
        (Kind::Boolean, Value::Bool(value)) => Ok(value.into()),
        (Kind::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true.into()),
        (Kind::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false.into()),
        (Kind::Boolean, value) => wrong("true or false", &value),
        (_, Value::String(text)) => Ok(text.into()),
        (_, value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string().into()),
        (_, value) => wrong("a text", &value),
    }
}

fn within(attribute: &'static Attribute, members: Map<String, Value>) -> Result<Value, Error> {
    let mut read = Map::new();
    for (name, value) in members {
        let known = attribute.sub_attribute(&name);
        let value = coerced(known, value)?;
        if !object::is_nothing(&value) {
            object::put(&mut read, known.map_or(&name, |known| known.name), value);
        }
    }
    Ok(if read.is_empty() { Value::Null } else { Value::Object(read) })
}

/// Everything under the URN of an extension.
pub(crate) fn extension(schema: Option<&'static Schema>, value: Value, of: &ResourceType) -> Result<Value, Error> {
    let Some(schema) = schema else { return Ok(without_nulls(value)) };
    let Value::Object(members) = value else {
        return match value {
            Value::Null => Ok(Value::Null),
            other => Err(ErrorKind::InvalidValue.because(format!(
                "what stands under {} is an object, and not {}",
                schema.id,
                quoted(&other.to_string())
            ))),
        };
    };
    let mut read = Map::new();
    for (name, value) in members {
        let known = of.attribute(Some(schema.id), &name);
        let value = coerced(known, value)?;
        // A tester of the standard sends the list of schemas within an extension too.
        if !object::is_nothing(&value) && !name.eq_ignore_ascii_case("schemas") {
            object::put(&mut read, known.map_or(&name, |known| known.name), value);
        }
    }
    Ok(if read.is_empty() { Value::Null } else { Value::Object(read) })
}

/// A value without what is `null` in it: that is the same as what is not there (RFC 7643, section 2.5).
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(elements) => {
            elements.into_iter().filter(|element| !element.is_null()).map(without_nulls).collect()
        }
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        other => other,
    }
}

/// Whether an element says that it is the primary one.
pub(crate) fn is_primary(element: &Value) -> bool {
    element.as_object().and_then(|members| object::get(members, "primary")) == Some(&Value::Bool(true))
}

/// Of several that say that they are primary the first is (RFC 7643, section 2.4).
pub(crate) fn one_primary(elements: &mut [Value]) {
    for element in elements.iter_mut().filter(|element| is_primary(element)).skip(1) {
        not_primary(element);
    }
}

pub(crate) fn not_primary(element: &mut Value) {
    if let Some(members) = element.as_object_mut() {
        object::put(members, "primary", Value::Bool(false));
    }
}
