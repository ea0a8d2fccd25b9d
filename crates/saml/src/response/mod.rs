//! Responses: from what a browser posted to who somebody is.

mod assertion;
mod attributes;
mod census;
mod clock;
mod conditions;
mod envelope;
mod subject;

pub use attributes::Attribute;
pub use subject::NameId;

use crate::encoding::from_base64;
use crate::encryption::Encrypted;
use crate::expected::Expected;
use crate::names::ASSERTION;
use crate::refused::{Refused, Signed};
use crate::signature;
use crate::xml::{Bounds, Malformed, decode, is, parse};
use assertion::Assertion;
use census::census;
use envelope::{Envelope, Held};
use roxmltree::Node;

/// What an accepted response says. Everything is from the element that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The ID of the assertion. Whoever accepts it has to remember it together with the connection, and to refuse it when it
    /// comes again (threat T-15).
    pub assertion_id: String,
    /// Until when to remember it, in seconds since 1970: after that it is not accepted anyway.
    pub remember_until: i64,
    /// When the assertion was made, in seconds since 1970.
    pub issued_at: i64,
    /// The identity provider's entity ID.
    pub issuer: String,
    /// Who it is.
    pub name_id: NameId,
    /// What is said of them, in the order of the message; a name occurs once, with all its values.
    pub attributes: Vec<Attribute>,
    /// The identity provider's name for its session.
    pub session_index: Option<String>,
    /// When the identity provider wants our session to end, in seconds since 1970.
    pub session_not_on_or_after: Option<i64>,
    /// When the person logged in at the identity provider, in seconds since 1970.
    pub authn_instant: i64,
    /// How they did, as a URI.
    pub authn_context: Option<String>,
    /// The request that it answers; none if the identity provider started by itself.
    pub in_response_to: Option<String>,
    /// Which of [`Expected::certificates`] verified the assertion, or the response around it.
    pub certificate: usize,
    /// Whether the response has a signature of its own.
    pub response_signed: bool,
    /// Whether the assertion has a signature of its own.
    pub assertion_signed: bool,
    /// Whether the assertion was encrypted.
    pub encrypted: bool,
}

/// Decodes the form field `SAMLResponse` (bindings, section 3.5.4).
///
/// # Errors
/// If it is no base64, or too long.
pub fn from_form(field: &str) -> Result<Vec<u8>, Refused> {
    // A third more than what is in it, and line breaks.
    let most = Bounds::MESSAGE.bytes / 3 * 4 + Bounds::MESSAGE.bytes / 16;
    if field.len() > most {
        return Err(Malformed::Large { bytes: field.len(), most }.into());
    }
    from_base64(field).ok_or(Refused::Base64)
}

/// Verifies a response, and reads it. `xml` is what [`from_form`] made of the form field.
///
/// # Errors
/// Why it is not accepted.
pub fn verify(xml: &[u8], expected: &Expected<'_>) -> Result<Verified, Refused> {
    let document = parse(decode(xml, &Bounds::MESSAGE)?, &Bounds::MESSAGE)?;
    let root = document.root_element();
    let counted = census(&[root])?;
    let envelope = Envelope::read(root)?;
    let held = envelope.only_assertion(counted.assertions)?;
    envelope.check(expected)?;
    if expected.certificates.is_empty() {
        return Err(Refused::NoCertificate);
    }
    let by_response = match envelope.signature {
        Some(signature) => Some(signature::verify(signature, root, Signed::Response, expected)?),
        None => None,
    };
    let outside = usize::from(by_response.is_some());
    match held {
        Held::Clear(element) => accept(element, counted.signatures - outside, by_response, expected),
        Held::Encrypted(element) => {
            if counted.signatures > outside {
                return Err(Refused::MisplacedSignature);
            }
            let encrypted = Encrypted::read(element, expected)?;
            if let Some(seen) = encrypted.malleable().filter(|_| by_response.is_none()) {
                return Err(Refused::Malleable { seen: seen.to_owned() });
            }
            let plain = encrypted.decrypt(expected)?;
            let inner = parse(&plain, &Bounds::MESSAGE).map_err(|_| Refused::Decryption)?;
            let element = inner.root_element();
            if !is(element, ASSERTION, "Assertion") {
                return Err(Refused::Decryption);
            }
            let found = census(&[element])?;
            if found.assertions != 1 {
                return Err(Refused::Assertions { direct: 1, anywhere: found.assertions });
            }
            // No ID may mean one thing outside and another inside.
            census(&[root, element])?;
            let verified = accept(element, found.signatures, by_response, expected)?;
            Ok(Verified { encrypted: true, ..verified })
        }
    }
}

/// Verifies an assertion that has so many signatures in it, in a response that was verified, or not.
fn accept(
    element: Node<'_, '_>,
    signatures: usize,
    by_response: Option<usize>,
    expected: &Expected<'_>,
) -> Result<Verified, Refused> {
    let assertion = Assertion::split(element, expected)?;
    if signatures > usize::from(assertion.signature.is_some()) {
        return Err(Refused::MisplacedSignature);
    }
    let by_assertion = match assertion.signature {
        Some(signature) => Some(signature::verify(signature, element, Signed::Assertion, expected)?),
        None => None,
    };
    // Nothing of the assertion has been believed up to here.
    let certificate = by_assertion.or(by_response).ok_or(Refused::MissingSignature)?;
    let verified = assertion.read(expected)?;
    Ok(Verified {
        certificate,
        response_signed: by_response.is_some(),
        assertion_signed: by_assertion.is_some(),
        ..verified
    })
}
