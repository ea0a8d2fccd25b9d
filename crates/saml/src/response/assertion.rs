//! The assertion (core, section 2.3.3): its parts in their order, and nothing else.

use super::clock::Clock;
use super::envelope::{check_issuer, check_version, id, issuer_name};
use super::{Verified, attributes, conditions, subject};
use crate::expected::{Expected, MAX_AGE, MAX_SKEW};
use crate::names::{ASSERTION, DSIG};
use crate::refused::{Refused, Signed};
use crate::xml::{Children, Malformed, attribute, required_attribute, time_attribute, trimmed};
use roxmltree::Node;

/// The parts of an assertion. Nothing of it is believed before its signature is.
pub(super) struct Assertion<'a, 'input> {
    pub(super) signature: Option<Node<'a, 'input>>,
    id: &'a str,
    issued_at: i64,
    issuer: &'a str,
    subject: Node<'a, 'input>,
    conditions: Node<'a, 'input>,
    authn: Node<'a, 'input>,
    attributes: Vec<Node<'a, 'input>>,
}

impl<'a, 'input> Assertion<'a, 'input> {
    /// # Errors
    /// If a part is missing, or there is one more; and if another identity provider made it, which explains most signatures
    /// that do not verify.
    pub(super) fn split(node: Node<'a, 'input>, expected: &Expected<'_>) -> Result<Self, Refused> {
        check_version(node)?;
        let id = id(node)?;
        let issued_at = required_time(node, "IssueInstant")?;
        let mut children = Children::of(node)?;
        let issuer = issuer_name(children.required(ASSERTION, "Issuer")?)?;
        check_issuer(issuer, Signed::Assertion, expected)?;
        let signature = children.optional(DSIG, "Signature");
        let subject = children.required(ASSERTION, "Subject")?;
        let conditions = children.required(ASSERTION, "Conditions")?;
        let (mut authn, mut attributes) = (Vec::new(), Vec::new());
        loop {
            if let Some(statement) = children.optional(ASSERTION, "AuthnStatement") {
                authn.push(statement);
            } else if let Some(statement) = children.optional(ASSERTION, "AttributeStatement") {
                attributes.push(statement);
            } else {
                break;
            }
        }
        let unexpected = children.unexpected("one AuthnStatement");
        children.end()?;
        let [authn] = authn[..] else { return Err(unexpected.into()) };
        Ok(Self { signature, id, issued_at, issuer, subject, conditions, authn, attributes })
    }

    /// What it says, if it is for us and valid now.
    pub(super) fn read(&self, expected: &Expected<'_>) -> Result<Verified, Refused> {
        let clock = Clock::of(expected);
        clock.has_begun("IssueInstant of the assertion", self.issued_at)?;
        let too_old = self.issued_at.saturating_add(MAX_AGE);
        clock.is_not_over("the end of the day after the assertion was made", too_old)?;
        let conditions_end = conditions::check(self.conditions, expected, &clock)?;
        let subject = subject::read(self.subject, expected, &clock)?;

        let authn_instant = required_time(self.authn, "AuthnInstant")?;
        let session_not_on_or_after = time_attribute(self.authn, "SessionNotOnOrAfter")?;
        if let Some(end) = session_not_on_or_after {
            clock.is_not_over("SessionNotOnOrAfter of the AuthnStatement", end)?;
        }
        let end = subject.not_on_or_after.min(too_old).min(conditions_end.unwrap_or(i64::MAX));
        Ok(Verified {
            assertion_id: self.id.to_owned(),
            // As if clocks could always differ the most: the setting may change meanwhile.
            remember_until: end.saturating_add(MAX_SKEW),
            issued_at: self.issued_at,
            issuer: self.issuer.to_owned(),
            name_id: subject.name_id,
            attributes: attributes::read(&self.attributes)?,
            session_index: attribute(self.authn, "SessionIndex").map(str::to_owned),
            session_not_on_or_after,
            authn_instant,
            authn_context: authn_context(self.authn)?,
            in_response_to: expected.request_id.map(str::to_owned),
            // The caller knows these.
            certificate: 0,
            response_signed: false,
            assertion_signed: false,
            encrypted: false,
        })
    }
}

/// Core, section 2.7.2.2.
fn authn_context(statement: Node<'_, '_>) -> Result<Option<String>, Malformed> {
    let mut children = Children::of(statement)?;
    children.optional(ASSERTION, "SubjectLocality");
    let context = children.required(ASSERTION, "AuthnContext")?;
    children.end()?;
    let mut children = Children::of(context)?;
    let class = children.optional(ASSERTION, "AuthnContextClassRef").map(trimmed).transpose()?;
    children.optional(ASSERTION, "AuthnContextDeclRef");
    children.repeated(ASSERTION, "AuthenticatingAuthority");
    children.end()?;
    Ok(class.filter(|class| !class.is_empty()).map(str::to_owned))
}

fn required_time(node: Node<'_, '_>, name: &str) -> Result<i64, Malformed> {
    required_attribute(node, name)?;
    let missing = || Malformed::NoAttribute { element: node.tag_name().name().to_owned(), attribute: name.to_owned() };
    time_attribute(node, name)?.ok_or_else(missing)
}
