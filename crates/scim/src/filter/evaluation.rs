//! Whether something matches a filter.

use super::comparison::compares;
use super::{Filter, Literal, Operator};
use crate::attribute_path::AttributePath;
use crate::object;
use crate::schema::{Attribute, ResourceType};
use serde_json::{Map, Value};

impl Filter {
    /// Whether a resource matches. An attribute that is not there has no value: only `ne`, `not` and `eq null` match it.
    pub fn matches(&self, resource: &Map<String, Value>, of: &ResourceType) -> bool {
        self.holds(Scope::Resource(resource, of))
    }

    pub(crate) fn holds(&self, scope: Scope<'_>) -> bool {
        match self {
            Self::And(all) => all.iter().all(|filter| filter.holds(scope)),
            Self::Or(all) => all.iter().any(|filter| filter.holds(scope)),
            Self::Not(inner) => !inner.holds(scope),
            Self::Present(path) => scope.values(path).0.iter().any(|value| is_present(value)),
            Self::Compare(path, operator, literal) => scope.compares(path, *operator, literal),
            Self::Element(path, inner) => scope.elements(path).any(|element| inner.holds(element)),
        }
    }
}

/// In what a filter looks up names.
#[derive(Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// A resource.
    Resource(&'a Map<String, Value>, &'a ResourceType),
    /// An element of an attribute, which the schemas need not know.
    Element(&'a Value, Option<&'static Attribute>),
}

impl<'a> Scope<'a> {
    fn compares(self, path: &AttributePath, operator: Operator, literal: &Literal) -> bool {
        let (values, attribute) = self.values(path);
        match (operator, literal) {
            (Operator::Equal, Literal::Null) => !values.iter().any(|value| is_present(value)),
            (Operator::NotEqual, Literal::Null) => values.iter().any(|value| is_present(value)),
            (Operator::NotEqual, _) => !values.iter().any(|value| compares(attribute, value, Operator::Equal, literal)),
            _ => values.iter().any(|value| compares(attribute, value, operator, literal)),
        }
    }

    /// All values of an attribute, and what the schemas say of it. What has its value in a `value` stands for that.
    fn values(self, path: &AttributePath) -> (Vec<&'a Value>, Option<&'static Attribute>) {
        let (value, attribute) = match self {
            Self::Resource(resource, of) => {
                let value = path.home(resource).and_then(|home| object::get(home, &path.attribute));
                (value, path.attribute_of(of))
            }
            // An element of an attribute that is not complex is its own value.
            Self::Element(element, attribute) => match element.as_object() {
                Some(members) => {
                    let known = attribute.and_then(|attribute| attribute.sub_attribute(&path.attribute));
                    (object::get(members, &path.attribute), known)
                }
                None => (Some(element).filter(|_| path.attribute.eq_ignore_ascii_case("value")), attribute),
            },
        };
        let sub = path.sub_attribute.as_deref().unwrap_or("value");
        let mut of_value = attribute;
        let each = match value {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        let values = each.iter().filter_map(|element| match element {
            Value::Object(members) if path.sub_attribute.is_some() || members.contains_key("value") => {
                of_value = attribute.and_then(|attribute| attribute.sub_attribute(sub));
                object::get(members, sub)
            }
            _ if path.sub_attribute.is_some() => None,
            element => Some(element),
        });
        (values.collect(), of_value)
    }

    fn elements(self, path: &AttributePath) -> impl Iterator<Item = Scope<'a>> {
        let (value, attribute) = match self {
            Self::Resource(resource, of) => {
                let value = path.home(resource).and_then(|home| object::get(home, &path.attribute));
                (value, path.attribute_of(of))
            }
            Self::Element(..) => (None, None),
        };
        let each = match value {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        each.iter().map(move |element| Scope::Element(element, attribute))
    }
}

/// Whether there is something in a value (RFC 7644, table 3: neither empty nor null).
fn is_present(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        other => !object::is_nothing(other),
    }
}
