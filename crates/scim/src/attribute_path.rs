//! The names of attributes in filters, paths and lists.

use crate::object;
use crate::schema::{Attribute, ResourceType};
use serde_json::{Map, Value};
use std::fmt;

/// `userName`, `name.familyName`, or `urn:…:User:department` (RFC 7644, section 3.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributePath {
    /// The URN of the extension that has it; none for what stands in the resource itself.
    pub extension: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The one within it.
    pub sub_attribute: Option<String>,
}

impl AttributePath {
    /// Reads a path, if the text is one.
    pub fn parse(text: &str, of: &ResourceType) -> Option<Self> {
        let (extension, rest) = split_urn(text, of)?;
        let (attribute, sub_attribute) = match rest.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (rest, None),
        };
        if !is_name(attribute) || !sub_attribute.is_none_or(is_name) {
            return None;
        }
        Some(Self { extension, attribute: attribute.to_owned(), sub_attribute: sub_attribute.map(str::to_owned) })
    }

    /// The attribute of the schemas that is meant, without what is within it.
    pub(crate) fn attribute_of(&self, of: &ResourceType) -> Option<&'static Attribute> {
        of.attribute(self.extension.as_deref(), &self.attribute)
    }

    /// The object in which the attribute stands: the resource, or its extension.
    pub(crate) fn home<'a>(&self, resource: &'a Map<String, Value>) -> Option<&'a Map<String, Value>> {
        match &self.extension {
            None => Some(resource),
            Some(urn) => object::get(resource, urn)?.as_object(),
        }
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.extension {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.attribute)?;
        match &self.sub_attribute {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// Takes the URN in front apart from the rest. URNs that the schemas know are seen as a whole, since they have colons and dots
/// themselves; any other ends at its last colon. The rest is empty if there is nothing but a known URN.
pub(crate) fn split_urn<'a>(text: &'a str, of: &ResourceType) -> Option<(Option<String>, &'a str)> {
    if !text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:")) {
        return Some((None, text));
    }
    for schema in of.schemas() {
        let Some(start) = text.get(..schema.id.len()).filter(|start| start.eq_ignore_ascii_case(schema.id)) else {
            continue;
        };
        let rest = match &text[start.len()..] {
            "" => "",
            rest => match rest.strip_prefix(':') {
                Some(rest) => rest,
                None => continue,
            },
        };
        let is_core = schema.id == of.schema.id;
        return Some(((!is_core).then(|| schema.id.to_owned()), rest));
    }
    let (urn, rest) = text.rsplit_once(':')?;
    (urn.len() > 4 && urn.bytes().all(is_of_urn)).then(|| (Some(urn.to_owned()), rest))
}

fn is_of_urn(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":.-_".contains(&byte)
}

/// Whether a text can be an attribute's name (RFC 7643, section 2.1; `$ref` is one by section 2.4).
pub(crate) fn is_name(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    rest.starts_with(|first: char| first.is_ascii_alphabetic())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
