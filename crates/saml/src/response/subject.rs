//! Who an assertion is about, and who may use it (core, section 2.4).

use super::clock::Clock;
use super::envelope::{check_in_response_to, owned};
use crate::expected::Expected;
use crate::names::{ASSERTION, BEARER, UNSPECIFIED_FORMAT};
use crate::refused::{Refused, Signed};
use crate::xml::{Children, attribute, excerpt, required_attribute, time_attribute, trimmed};
use roxmltree::Node;

/// What the identity provider calls somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameId {
    /// Without white space around it, and never empty.
    pub value: String,
    /// What kind of name it is, as a URI. What does not say is [`crate::UNSPECIFIED_FORMAT`].
    pub format: String,
}

pub(super) struct Subject {
    pub(super) name_id: NameId,
    /// The last moment at which a confirmation of it could be used.
    pub(super) not_on_or_after: i64,
}

/// Reads the subject, if a bearer may show it to us now.
pub(super) fn read(subject: Node<'_, '_>, expected: &Expected<'_>, clock: &Clock) -> Result<Subject, Refused> {
    let mut children = Children::of(subject)?;
    let name_id = read_name(children.required(ASSERTION, "NameID")?, expected)?;
    let confirmations = children.repeated(ASSERTION, "SubjectConfirmation");
    children.end()?;
    let (mut methods, mut end, mut wrong) = (Vec::new(), None, None);
    for confirmation in confirmations {
        let method = required_attribute(confirmation, "Method")?;
        // Who confirms a key, or vouches for another, would have to prove that (threat T-15).
        if method != BEARER {
            methods.push(excerpt(method));
            continue;
        }
        match check_bearer(confirmation, expected, clock) {
            Ok(until) => end = end.max(Some(until)),
            Err(refused) => {
                wrong.get_or_insert(refused);
            }
        }
    }
    match (end, wrong) {
        // It could be used again, for what else it answers: whoever counts answers counts each request once (threat T-15).
        (Some(_), Some(refused @ Refused::InResponseTo { .. })) => Err(refused),
        (Some(not_on_or_after), _) => Ok(Subject { name_id, not_on_or_after }),
        (None, Some(refused)) => Err(refused),
        (None, None) => Err(Refused::Confirmation { seen: methods }),
    }
}

/// Profiles, section 4.1.4.2 and 4.1.4.3. Until when it can be used.
fn check_bearer(confirmation: Node<'_, '_>, expected: &Expected<'_>, clock: &Clock) -> Result<i64, Refused> {
    let mut children = Children::of(confirmation)?;
    children.optional(ASSERTION, "NameID");
    let data = children.optional(ASSERTION, "SubjectConfirmationData");
    children.end()?;
    let data = data.ok_or(Refused::ConfirmationForm("has no SubjectConfirmationData"))?;
    if data.has_children() {
        return Err(Refused::ConfirmationForm("has something in its SubjectConfirmationData"));
    }
    let recipient = attribute(data, "Recipient").ok_or(Refused::ConfirmationForm("has no Recipient"))?;
    if !expected.acs_urls.contains(&recipient) {
        return Err(Refused::Recipient { seen: excerpt(recipient), expected: owned(expected.acs_urls) });
    }
    check_in_response_to(attribute(data, "InResponseTo"), Signed::Assertion, expected)?;
    if attribute(data, "NotBefore").is_some() {
        return Err(Refused::ConfirmationForm("has a NotBefore, which the profile forbids"));
    }
    let end = time_attribute(data, "NotOnOrAfter")?.ok_or(Refused::ConfirmationForm("has no NotOnOrAfter"))?;
    clock.is_not_over("NotOnOrAfter of the SubjectConfirmationData", end)?;
    Ok(end)
}

fn read_name(name: Node<'_, '_>, expected: &Expected<'_>) -> Result<NameId, Refused> {
    let value = trimmed(name)?;
    // LemonLDAP::NG and samlify send it for people without an address.
    if value.trim().is_empty() {
        return Err(Refused::EmptyNameId);
    }
    if let Some(seen) = attribute(name, "SPNameQualifier").filter(|seen| !expected.audiences.contains(seen)) {
        return Err(Refused::NameQualifier { seen: excerpt(seen), expected: owned(expected.audiences) });
    }
    let format = attribute(name, "Format").unwrap_or(UNSPECIFIED_FORMAT);
    Ok(NameId { value: value.to_owned(), format: format.to_owned() })
}
