//! What there is in all of a document, wherever it stands.

use crate::refused::Refused;
use crate::xml::{Malformed, excerpt};
use roxmltree::Node;
use std::collections::HashSet;

/// Elements counted by their names alone, whatever namespace they claim: what somebody could take for one is one.
pub(super) struct Census {
    /// Assertions, encrypted ones included.
    pub(super) assertions: usize,
    pub(super) signatures: usize,
}

/// The attributes that any program might take for an ID. `xml:id` is among them, since namespaces do not count.
const IDS: [&str; 4] = ["ID", "Id", "id", "AssertionID"];

/// Counts, and looks for IDs that occur twice (threat T-11).
pub(super) fn census(roots: &[Node<'_, '_>]) -> Result<Census, Refused> {
    let (mut assertions, mut signatures) = (0, 0);
    let mut ids = HashSet::new();
    for node in roots.iter().flat_map(|root| root.descendants()).filter(Node::is_element) {
        match node.tag_name().name() {
            "Assertion" | "EncryptedAssertion" => assertions += 1,
            "Signature" => signatures += 1,
            _ => (),
        }
        for attribute in node.attributes().filter(|attribute| IDS.contains(&attribute.name())) {
            if !ids.insert(attribute.value()) {
                return Err(Malformed::DuplicateId(excerpt(attribute.value())).into());
            }
        }
    }
    Ok(Census { assertions, signatures })
}
