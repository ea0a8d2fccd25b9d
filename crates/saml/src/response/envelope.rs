//! The Response around an assertion (core, section 3.3.3).

use crate::expected::Expected;
use crate::names::{ASSERTION, DSIG, ENTITY_FORMAT, PROTOCOL, SUCCESS};
use crate::refused::{Refused, Signed};
use crate::xml::{Children, Malformed, attribute, excerpt, is, required_attribute, text, time_attribute, trimmed};
use roxmltree::Node;

/// The assertion, as it came.
#[derive(Clone, Copy)]
pub(super) enum Held<'a, 'input> {
    Clear(Node<'a, 'input>),
    Encrypted(Node<'a, 'input>),
}

pub(super) struct Envelope<'a, 'input> {
    pub(super) signature: Option<Node<'a, 'input>>,
    issuer: Option<&'a str>,
    destination: Option<&'a str>,
    in_response_to: Option<&'a str>,
    held: Vec<Held<'a, 'input>>,
}

impl<'a, 'input> Envelope<'a, 'input> {
    /// Reads the parts of a response.
    ///
    /// # Errors
    /// If it is none, or is no answer that somebody was logged in.
    pub(super) fn read(root: Node<'a, 'input>) -> Result<Self, Refused> {
        if !is(root, PROTOCOL, "Response") {
            return Err(Refused::NotAResponse { seen: excerpt(root.tag_name().name()) });
        }
        check_version(root)?;
        id(root)?;
        required_attribute(root, "IssueInstant")?;
        time_attribute(root, "IssueInstant")?;
        let mut children = Children::of(root)?;
        let issuer = children.optional(ASSERTION, "Issuer").map(issuer_name).transpose()?;
        let signature = children.optional(DSIG, "Signature");
        // Nothing is looked for in there; that there is no assertion nor signature in it, the census says.
        children.optional(PROTOCOL, "Extensions");
        check_status(children.required(PROTOCOL, "Status")?)?;
        let mut held = Vec::new();
        loop {
            if let Some(assertion) = children.optional(ASSERTION, "Assertion") {
                held.push(Held::Clear(assertion));
            } else if let Some(assertion) = children.optional(ASSERTION, "EncryptedAssertion") {
                held.push(Held::Encrypted(assertion));
            } else {
                break;
            }
        }
        children.end()?;
        // An empty one is not an absent one: it says that the response goes nowhere.
        let destination = root.attributes().find(|found| found.namespace().is_none() && found.name() == "Destination");
        Ok(Self {
            signature,
            issuer,
            destination: destination.map(|destination| destination.value()),
            in_response_to: attribute(root, "InResponseTo"),
            held,
        })
    }

    /// The assertion, if it is the only one far and wide (threat T-11).
    pub(super) fn only_assertion(&self, anywhere: usize) -> Result<Held<'a, 'input>, Refused> {
        match self.held[..] {
            [held] if anywhere == 1 => Ok(held),
            _ => Err(Refused::Assertions { direct: self.held.len(), anywhere }),
        }
    }

    /// Whether it comes from the identity provider, came to us, and answers the request. What of it is not signed is not
    /// believed for that; the assertion says all of it again.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<(), Refused> {
        if let Some(issuer) = self.issuer {
            check_issuer(issuer, Signed::Response, expected)?;
        }
        if let Some(seen) = self.destination.filter(|seen| seen.is_empty() || !expected.acs_urls.contains(seen)) {
            return Err(Refused::Destination { seen: excerpt(seen), expected: owned(expected.acs_urls) });
        }
        check_in_response_to(self.in_response_to, Signed::Response, expected)
    }
}

pub(super) fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The ID that a message or an assertion has to have. `xs:ID` allows less than this; what could be confused with another one
/// is refused.
pub(super) fn id<'a>(node: Node<'a, '_>) -> Result<&'a str, Malformed> {
    let id = required_attribute(node, "ID")?;
    match id.len() > 256 || id.chars().any(|character| character.is_whitespace() || character.is_control()) {
        true => Err(Malformed::Value { of: "ID".to_owned(), seen: excerpt(id), expected: "a name without spaces" }),
        false => Ok(id),
    }
}

pub(super) fn check_version(node: Node<'_, '_>) -> Result<(), Refused> {
    match required_attribute(node, "Version")? {
        "2.0" => Ok(()),
        other => Err(Refused::Version { seen: excerpt(other) }),
    }
}

/// Core, section 2.2.5: an Issuer is an entity's ID, unless it says otherwise.
pub(super) fn issuer_name<'a>(node: Node<'a, '_>) -> Result<&'a str, Malformed> {
    match attribute(node, "Format") {
        None | Some(ENTITY_FORMAT) => trimmed(node),
        Some(other) => Err(Malformed::Value {
            of: "Format of Issuer".to_owned(),
            seen: excerpt(other),
            expected: "an entity identifier",
        }),
    }
}

pub(super) fn check_issuer(seen: &str, of: Signed, expected: &Expected<'_>) -> Result<(), Refused> {
    match seen == expected.issuer && !seen.is_empty() {
        true => Ok(()),
        false => Err(Refused::Issuer { of, seen: excerpt(seen), expected: expected.issuer.to_owned() }),
    }
}

pub(super) fn check_in_response_to(seen: Option<&str>, of: Signed, expected: &Expected<'_>) -> Result<(), Refused> {
    match seen == expected.request_id {
        true => Ok(()),
        false => {
            Err(Refused::InResponseTo { of, seen: seen.map(excerpt), expected: expected.request_id.map(str::to_owned) })
        }
    }
}

/// Core, section 3.2.2.
fn check_status(status: Node<'_, '_>) -> Result<(), Refused> {
    let mut children = Children::of(status)?;
    let code = children.required(PROTOCOL, "StatusCode")?;
    let message = children.optional(PROTOCOL, "StatusMessage");
    children.optional(PROTOCOL, "StatusDetail");
    children.end()?;
    let value = required_attribute(code, "Value")?;
    if value == SUCCESS {
        return Ok(());
    }
    let mut codes = vec![excerpt(value)];
    let mut inner = Children::of(code)?.optional(PROTOCOL, "StatusCode");
    while let Some(code) = inner {
        codes.push(excerpt(required_attribute(code, "Value")?));
        inner = Children::of(code)?.optional(PROTOCOL, "StatusCode").filter(|_| codes.len() < 4);
    }
    let message = message.map(text).transpose()?.map(|message| excerpt(message.trim()));
    Err(Refused::Failed { codes, message: message.filter(|message| !message.is_empty()) })
}
