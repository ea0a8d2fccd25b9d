//! Elements read in the order that the schemas give them. What is not expected is refused, so nothing is passed over.

use super::{Malformed, excerpt};
use crate::time;
use roxmltree::Node;

/// The elements in an element, from the first to the last.
pub(crate) struct Children<'a, 'input> {
    parent: Node<'a, 'input>,
    next: Option<Node<'a, 'input>>,
}

impl<'a, 'input> Children<'a, 'input> {
    /// # Errors
    /// If there is text between them.
    pub(crate) fn of(parent: Node<'a, 'input>) -> Result<Self, Malformed> {
        let is_space = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        let is_fine = |node: &Node<'_, '_>| match node.is_text() {
            true => is_space(node.text().unwrap_or_default()),
            // In metadata; the scan lets no message have one.
            false => node.is_element() || node.is_comment(),
        };
        match parent.children().all(|node| is_fine(&node)) {
            true => Ok(Self { parent, next: parent.first_element_child() }),
            false => Err(Malformed::TextBetween { element: name(parent) }),
        }
    }

    /// The next element, if it is this one.
    pub(crate) fn optional(&mut self, namespace: &str, local: &str) -> Option<Node<'a, 'input>> {
        let found = self.next.filter(|node| is(*node, namespace, local))?;
        self.next = found.next_sibling_element();
        Some(found)
    }

    /// The next element, which has to be this one.
    pub(crate) fn required(&mut self, namespace: &str, local: &str) -> Result<Node<'a, 'input>, Malformed> {
        self.optional(namespace, local).ok_or_else(|| self.unexpected(local))
    }

    /// Elements of one name, as many as follow each other.
    pub(crate) fn repeated(&mut self, namespace: &str, local: &str) -> Vec<Node<'a, 'input>> {
        std::iter::from_fn(|| self.optional(namespace, local)).collect()
    }

    /// The next element, whichever it is.
    pub(crate) fn any(&mut self) -> Option<Node<'a, 'input>> {
        let found = self.next?;
        self.next = found.next_sibling_element();
        Some(found)
    }

    /// There has to be nothing more.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        match self.next {
            Some(_) => Err(self.unexpected("nothing more")),
            None => Ok(()),
        }
    }

    /// What to say of the next element.
    pub(crate) fn unexpected(&self, expected: &str) -> Malformed {
        let seen = self.next.map_or("nothing more".to_owned(), name);
        Malformed::Unexpected { parent: name(self.parent), seen, expected: expected.to_owned() }
    }
}

/// Whether an element has this name.
pub(crate) fn is(node: Node<'_, '_>, namespace: &str, local: &str) -> bool {
    node.is_element() && node.tag_name().name() == local && node.tag_name().namespace() == Some(namespace)
}

/// The name of an element, to be shown.
fn name(node: Node<'_, '_>) -> String {
    excerpt(node.tag_name().name())
}

/// All of an element's text, if it has nothing but text in it: what stands before and after a comment would be two
/// texts (threat T-13).
pub(crate) fn text<'a>(node: Node<'a, '_>) -> Result<&'a str, Malformed> {
    let mut children = node.children();
    match (children.next(), children.next()) {
        (None, _) => Ok(""),
        (Some(only), None) if only.is_text() => Ok(only.text().unwrap_or_default()),
        _ => Err(Malformed::NotText { element: name(node) }),
    }
}

/// The text without white space around it.
pub(crate) fn trimmed<'a>(node: Node<'a, '_>) -> Result<&'a str, Malformed> {
    Ok(text(node)?.trim_matches([' ', '\t', '\n', '\r']))
}

/// An attribute of no namespace; an empty one counts as absent.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, local: &str) -> Option<&'a str> {
    let found = node.attributes().find(|attribute| attribute.namespace().is_none() && attribute.name() == local);
    found.map(|attribute| attribute.value()).filter(|value| !value.is_empty())
}

/// An attribute that has to be there, and not empty.
pub(crate) fn required_attribute<'a>(node: Node<'a, '_>, local: &str) -> Result<&'a str, Malformed> {
    let missing = || Malformed::NoAttribute { element: name(node), attribute: local.to_owned() };
    attribute(node, local).ok_or_else(missing)
}

/// An attribute that is a time, in seconds since 1970.
pub(crate) fn time_attribute(node: Node<'_, '_>, local: &str) -> Result<Option<i64>, Malformed> {
    let Some(value) = attribute(node, local) else { return Ok(None) };
    let wrong = || Malformed::Value {
        of: format!("{local} of {}", name(node)),
        seen: excerpt(value),
        expected: "a time in UTC like 2026-11-28T12:34:56Z",
    };
    time::parse(value).map(Some).ok_or_else(wrong)
}
