//! What an assertion says of somebody (core, section 2.7.3).

use crate::names::{ASSERTION, INSTANCE};
use crate::refused::Refused;
use crate::xml::{Children, Malformed, attribute, excerpt, is, required_attribute, text, trimmed};
use roxmltree::Node;
use std::collections::HashMap;

/// An attribute with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name. NameFormat is not looked at: identity providers disagree about it.
    pub name: String,
    /// What the identity provider calls it to people, if it says so.
    pub friendly_name: Option<String>,
    /// In the order of the message, with all white space. A value that says that it is nil is left out, and one that is no text.
    pub values: Vec<String>,
}

/// All attributes. One that occurs again (Keycloak's roles do) has the values of all its occurrences.
pub(super) fn read(statements: &[Node<'_, '_>]) -> Result<Vec<Attribute>, Refused> {
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut places = HashMap::new();
    for statement in statements {
        let mut children = Children::of(*statement)?;
        let found = children.repeated(ASSERTION, "Attribute");
        // An EncryptedAttribute, for one.
        children.end()?;
        for node in found {
            let name = required_attribute(node, "Name")?;
            let mut children = Children::of(node)?;
            let values = children.repeated(ASSERTION, "AttributeValue");
            children.end()?;
            let values = values.into_iter().filter_map(|node| value(node).transpose());
            let values = values.collect::<Result<Vec<_>, _>>()?;
            let place = *places.entry(name).or_insert(attributes.len());
            match attributes.get_mut(place) {
                Some(known) => known.values.extend(values),
                None => attributes.push(Attribute {
                    name: name.to_owned(),
                    friendly_name: attribute(node, "FriendlyName").map(str::to_owned),
                    values,
                }),
            }
        }
    }
    Ok(attributes)
}

/// A text, or the text of the NameID that eduPersonTargetedID has for a value. One of a type that is made of other elements is
/// nothing that could be used, and no reason to refuse everything else.
fn value(node: Node<'_, '_>) -> Result<Option<String>, Malformed> {
    let nil = node.attributes().find(|found| found.namespace() == Some(INSTANCE) && found.name() == "nil");
    if nil.is_some_and(|nil| matches!(nil.value(), "true" | "1")) {
        return match text(node)?.trim() {
            "" => Ok(None),
            seen => {
                let of = "an AttributeValue that is nil".to_owned();
                Err(Malformed::Value { of, seen: excerpt(seen), expected: "nothing" })
            }
        };
    }
    if node.first_element_child().is_some_and(|child| is(child, ASSERTION, "NameID")) {
        let mut children = Children::of(node)?;
        let name = children.required(ASSERTION, "NameID")?;
        children.end()?;
        return Ok(Some(trimmed(name)?.to_owned()));
    }
    let is_space = |child: Node<'_, '_>| child.is_text() && child.text().is_some_and(|text| text.trim().is_empty());
    if node.first_element_child().is_some() && node.children().all(|child| child.is_element() || is_space(child)) {
        return Ok(None);
    }
    Ok(Some(text(node)?.to_owned()))
}
