//! The order of resources (RFC 7644, section 3.4.2.3).

use crate::attribute_path::AttributePath;
use crate::filter::folded;
use crate::object;
use crate::schema::{Kind, ResourceType};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// What a resource is sorted by. One that does not have the attribute comes last.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// `false` before `true`.
    Boolean(bool),
    /// By size.
    Number(f64),
    /// By time.
    Time(jiff::Timestamp),
    /// By Unicode's code points, without case where the attribute does not mind it.
    Text(String),
    /// It does not have the attribute.
    Nothing,
}

impl Key {
    /// The key of a resource by an attribute; of several values the primary one counts, or else the first.
    pub fn new(resource: &Map<String, Value>, path: &AttributePath, of: &ResourceType) -> Self {
        let attribute = path.attribute_of(of);
        let value = path.home(resource).and_then(|home| object::get(home, &path.attribute));
        let value = match value {
            Some(Value::Array(elements)) => {
                elements.iter().find(|element| crate::patch::is_primary(element)).or_else(|| elements.first())
            }
            value => value,
        };
        let sub = path.sub_attribute.as_deref().unwrap_or("value");
        let (value, attribute) = match value {
            Some(Value::Object(members)) => {
                (object::get(members, sub), attribute.and_then(|attribute| attribute.sub_attribute(sub)))
            }
            value => (value, attribute),
        };
        match value {
            Some(Value::Bool(value)) => Self::Boolean(*value),
            Some(Value::Number(number)) => number.as_f64().map_or(Self::Nothing, Self::Number),
            Some(Value::String(text)) => match attribute {
                Some(attribute) if matches!(attribute.kind, Kind::DateTime) => {
                    text.parse().map_or(Self::Nothing, Self::Time)
                }
                Some(attribute) if attribute.is_case_exact => Self::Text(text.clone()),
                _ => Self::Text(folded(text)),
            },
            _ => Self::Nothing,
        }
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        fn rank(key: &Key) -> u8 {
            match key {
                Key::Boolean(_) => 0,
                Key::Number(_) => 1,
                Key::Time(_) => 2,
                Key::Text(_) => 3,
                Key::Nothing => 4,
            }
        }
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}
