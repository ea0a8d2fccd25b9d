//! Whom a mail for logging in is for.

use super::Addressee;
use crate::decision::is_usable;
use crate::joining;
use crate::members::{self, Member, Status};
use crate::organizations::{self, AuthMethod, Organization, OrganizationRef};
use crate::outbox;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};

/// Has all fetched at once that such a mail will need, where the request names the organization by its id.
pub(crate) fn prefetch(tx: &mut Tx, cx: &Cx, organization: &OrganizationRef, email: &EmailAddress) -> Result<()> {
    let Some(id) = organization.id() else { return Ok(()) };
    organizations::prefetch(tx, cx.project(), &id)?;
    tx.visit(id.as_str(), |tx| {
        organizations::prefetch_claimed(tx, cx.project(), email)?;
        members::prefetch_by_email(tx, &id, email)?;
        outbox::prefetch(tx, cx, &outbox::MAIL, email.as_str())
    })
}

/// Whom it is for.
pub(crate) enum Recipient {
    Member(Box<Member>),
    /// Whom the request of a backend, which is told of them, has made a member.
    Created(Box<Member>),
    /// Who will be one when they show what was mailed. Anybody can ask for mail, and would fill the organization with members.
    Joining,
    /// Nobody: the mail stays.
    Nobody,
}

impl Recipient {
    pub(crate) fn member(&self) -> Option<&Member> {
        match self {
            Recipient::Member(member) | Recipient::Created(member) => Some(member),
            Recipient::Joining | Recipient::Nobody => None,
        }
    }

    /// Whether they have logged in before; nobody has, as far as anybody can tell (threat T-45).
    pub(crate) fn logs_in(&self) -> bool {
        match self {
            Recipient::Member(member) | Recipient::Created(member) => member.status == Status::Active,
            Recipient::Joining => false,
            Recipient::Nobody => true,
        }
    }

    /// The same, as a mail of the organization is addressed.
    pub(crate) fn addressee<'a>(&'a self, organization: &'a Organization) -> Addressee<'a> {
        match (self, self.member()) {
            (Recipient::Nobody, _) => Addressee::Nobody(organization),
            (_, Some(member)) if self.logs_in() => Addressee::Known(organization, member),
            (_, member) => Addressee::Stranger(organization, member),
        }
    }
}

/// Finds the member of the address who may log in by this method, or somebody who may become one where the organization lets
/// people of the domain join.
///
/// A browser is not told why somebody cannot log in, nor that they cannot (threat T-45).
pub(crate) fn recipient(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    method: AuthMethod,
) -> Result<Recipient> {
    match find_or_join(tx, cx, organization, email, method) {
        Err(Error::Api(error, _)) if cx.is_browser() && tells_of_members(error) => Ok(Recipient::Nobody),
        other => other,
    }
}

fn tells_of_members(error: ApiError) -> bool {
    matches!(
        error,
        ApiError::EmailDomainIsClaimed
            | ApiError::EmailJitNotAllowed
            | ApiError::InvalidEmailForJit
            | ApiError::InactiveEmail
            | ApiError::RestrictedAuthMethod
    )
}

fn find_or_join(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    method: AuthMethod,
) -> Result<Recipient> {
    let member = joining::member(tx, cx, organization, email)?;
    if !is_usable(organization, member.as_ref(), method) {
        return Err(ApiError::RestrictedAuthMethod.into());
    }
    match member {
        Some(member) => Ok(Recipient::Member(Box::new(member))),
        None if cx.is_browser() => joining::check_open(organization, email).map(|_| Recipient::Joining),
        None => Ok(Recipient::Created(Box::new(joining::join_by_mail(tx, cx, organization, email)?))),
    }
}
