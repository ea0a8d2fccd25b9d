//! Exclusive XML Canonicalization 1.0, without comments.

use super::escape;
use roxmltree::{Node, NodeId};

/// The canonical form of an element and what is in it.
///
/// `without` is the element that the enveloped-signature transform leaves out. `inclusive` are the prefixes of the
/// parameter `InclusiveNamespaces`, which are written where they are declared and not where they are used; `#default` is
/// the one without a prefix.
pub fn canonicalize(element: Node<'_, '_>, without: Option<Node<'_, '_>>, inclusive: &[&str]) -> String {
    let mut writer = Writer {
        source: element.document().input_text(),
        out: String::with_capacity(element.range().len() + 256),
        written: Vec::with_capacity(8),
        inclusive,
        without: without.map(|node| node.id()),
    };
    writer.element(element);
    writer.out
}

struct Writer<'a, 'input> {
    source: &'input str,
    out: String,
    /// The declarations that the open elements have been given: prefix, and namespace.
    written: Vec<(&'a str, &'a str)>,
    inclusive: &'a [&'a str],
    without: Option<NodeId>,
}

/// An attribute in the order of canonical XML: first those without a namespace, then by namespace and by name.
type Ordered<'a> = (&'a str, &'a str, &'a str, &'a str);

impl<'a, 'input: 'a> Writer<'a, 'input> {
    /// Recursion is as deep as the document, which the scan has bounded.
    fn element(&mut self, node: Node<'a, 'input>) {
        let outside = self.written.len();
        let name = self.name_at(node.range().start + 1);
        self.out.push('<');
        self.out.push_str(name);
        self.use_prefix(node, prefix(name));
        let mut attributes: Vec<Ordered<'a>> = Vec::with_capacity(node.attributes().len());
        for attribute in node.attributes() {
            let qualified = self.name_at(attribute.range().start);
            if !prefix(qualified).is_empty() {
                self.use_prefix(node, prefix(qualified));
            }
            attributes.push((
                attribute.namespace().unwrap_or_default(),
                attribute.name(),
                qualified,
                attribute.value(),
            ));
        }
        for listed in self.inclusive {
            self.include(node, listed);
        }
        self.written[outside..].sort_unstable();
        for (prefix, namespace) in &self.written[outside..] {
            self.out.push_str(" xmlns");
            if !prefix.is_empty() {
                self.out.push(':');
                self.out.push_str(prefix);
            }
            self.out.push_str("=\"");
            escape::attribute_value(namespace, &mut self.out);
            self.out.push('"');
        }
        attributes.sort_unstable();
        for (_, _, qualified, value) in attributes {
            self.out.push(' ');
            self.out.push_str(qualified);
            self.out.push_str("=\"");
            escape::attribute_value(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
        for child in node.children() {
            if child.is_element() {
                if Some(child.id()) != self.without {
                    self.element(child);
                }
            } else if child.is_text() {
                escape::text(child.text().unwrap_or_default(), &mut self.out);
            } else if let Some(instruction) = child.pi() {
                self.out.push_str("<?");
                self.out.push_str(instruction.target);
                if let Some(value) = instruction.value {
                    self.out.push(' ');
                    self.out.push_str(value);
                }
                self.out.push_str("?>");
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        self.written.truncate(outside);
    }

    /// The qualified name that the source has at this place. The tree keeps no prefixes.
    fn name_at(&self, start: usize) -> &'input str {
        let rest = &self.source[start..];
        let ends = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>' | b'=');
        &rest[..rest.bytes().position(ends).unwrap_or(rest.len())]
    }

    /// An element or attribute is written with this prefix (section 3, "visibly utilizes").
    fn use_prefix(&mut self, node: Node<'a, 'input>, prefix: &'a str) {
        // Bound without being declared, and never declared in the output.
        if prefix != "xml" {
            let namespace = node.lookup_namespace_uri((!prefix.is_empty()).then_some(prefix)).unwrap_or_default();
            self.declare(prefix, namespace);
        }
    }

    /// A prefix of the parameter is declared wherever what it stands for changes.
    fn include(&mut self, node: Node<'a, 'input>, listed: &'a str) {
        if listed == "#default" {
            self.use_prefix(node, "");
        } else if let Some(namespace) = node.lookup_namespace_uri(Some(listed)).filter(|_| listed != "xml") {
            self.declare(listed, namespace);
        }
    }

    fn declare(&mut self, prefix: &'a str, namespace: &'a str) {
        let in_force = self.written.iter().rev().find(|(written, _)| *written == prefix);
        let in_force = in_force.map_or("", |(_, namespace)| *namespace);
        if in_force != namespace {
            self.written.push((prefix, namespace));
        }
    }
}

fn prefix(qualified: &str) -> &str {
    qualified.split_once(':').map_or("", |(prefix, _)| prefix)
}
