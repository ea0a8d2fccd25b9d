//! What an operation is about.

use crate::attribute_path::{AttributePath, is_name, split_urn};
use crate::error::{Error, ErrorKind, quoted};
use crate::filter::{Filter, MAX_LENGTH, bracketed};
use crate::schema::{Attribute, ResourceType};
use std::fmt;

/// A path (RFC 7644, figure 7): an attribute, elements of it, or something within; or a whole extension.
#[derive(Debug, Clone, PartialEq)]
pub enum Path {
    /// Everything under the URN of an extension.
    Extension(String),
    /// An attribute, or what is within it.
    Attribute(AttributePath),
    /// Those elements of an attribute that match, or one attribute within each.
    Elements {
        /// The attribute; it has nothing within it.
        of: AttributePath,
        /// Which elements.
        matching: Filter,
        /// What within them; none is the elements themselves.
        sub_attribute: Option<String>,
    },
}

impl Path {
    /// Reads a path on resources of a type.
    pub fn parse(text: &str, of: &ResourceType) -> Result<Self, Error> {
        let wrong = || ErrorKind::InvalidPath.because(format!("{} is not the path of an attribute", quoted(text)));
        if text.len() > MAX_LENGTH {
            return Err(wrong());
        }
        let text = text.trim();
        let Some((attribute, rest)) = text.split_once('[') else {
            return match split_urn(text, of).ok_or_else(wrong)? {
                (Some(urn), "") => Ok(Self::Extension(urn)),
                _ => AttributePath::parse(text, of).map(Self::Attribute).ok_or_else(wrong),
            };
        };
        let path = AttributePath::parse(attribute.trim_end(), of)
            .filter(|path| path.sub_attribute.is_none())
            .ok_or_else(wrong)?;
        if path.attribute_of(of).is_some_and(|attribute| !attribute.is_multi_valued) {
            let detail = format!("{} has one value, and no elements that a filter could choose", quoted(attribute));
            return Err(ErrorKind::InvalidPath.because(detail));
        }
        let (filter, rest) = rest.rsplit_once(']').ok_or_else(wrong)?;
        let sub_attribute = match rest.strip_prefix('.') {
            Some(sub) if is_name(sub) => Some(sub.to_owned()),
            None if rest.is_empty() => None,
            _ => return Err(wrong()),
        };
        let matching = bracketed(filter, of, path.attribute_of(of))
            .map_err(|error| ErrorKind::InvalidPath.because(format!("in the brackets of the path: {error}")))?;
        Ok(Self::Elements { of: path, matching, sub_attribute })
    }

    /// The attribute that it leads to, by its path and by what the schemas know of it.
    pub(crate) fn attribute(&self, of: &ResourceType) -> Option<(&AttributePath, Option<&'static Attribute>)> {
        match self {
            Self::Extension(_) => None,
            Self::Attribute(path) | Self::Elements { of: path, .. } => Some((path, path.attribute_of(of))),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension(urn) => f.write_str(urn),
            Self::Attribute(path) => write!(f, "{path}"),
            Self::Elements { of, matching, sub_attribute: None } => write!(f, "{of}[{matching}]"),
            Self::Elements { of, matching, sub_attribute: Some(sub) } => write!(f, "{of}[{matching}].{sub}"),
        }
    }
}
