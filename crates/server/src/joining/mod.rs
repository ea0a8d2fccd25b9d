//! Who may come in by their email domain.

use crate::factors::ProvenAddress;
use crate::members::{self, Member, NewMember, Status};
use crate::organizations::{self, EmailJitProvisioning, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Error, Result};

/// Why somebody cannot come in.
pub(crate) const JOIN: &[ApiError] = &[
    ApiError::EmailDomainIsClaimed,
    ApiError::EmailJitNotAllowed,
    ApiError::InvalidEmailForJit,
    ApiError::InvalidEmail,
    ApiError::InactiveEmail,
];

/// The member who has this address, if the organization can have one with it.
///
/// # Errors
/// `action_not_allowed_email_domain_is_claimed`, `inactive_email`.
pub(crate) fn member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
) -> Result<Option<Member>> {
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), email)?;
    members::find_by_email(tx, organization, email)
}

/// A new, pending member with an address that [`member`] has just found to be nobody's. Mail to the address is what lets
/// them in.
///
/// # Errors
/// [`JOIN`].
pub(crate) fn join_by_mail(tx: &mut Tx, cx: &Cx, organization: &Organization, email: &EmailAddress) -> Result<Member> {
    check_open(organization, email)?;
    members::create_absent(tx, cx, organization, NewMember::with_email(email.clone(), Status::Pending))
}

/// The same for somebody who has found the organization by the address, which they have proven.
///
/// # Errors
/// [`JOIN`].
pub(crate) fn join_by_discovery(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &ProvenAddress,
) -> Result<Member> {
    let domain = check_open(organization, email)?;
    if !members::has_proven_member_of_domain(tx, organization, &domain)? {
        return Err(ApiError::InvalidEmailForJit.into());
    }
    members::create_absent(tx, cx, organization, NewMember::with_email((**email).clone(), Status::Pending))
}

/// Whether the organization lets people of the address's domain join.
///
/// # Errors
/// [`JOIN`].
pub(crate) fn check_open(organization: &Organization, email: &EmailAddress) -> Result<EmailDomain> {
    let settings = &organization.settings;
    if settings.email_jit_provisioning == EmailJitProvisioning::NotAllowed {
        return Err(ApiError::EmailJitNotAllowed.into());
    }
    let domain = EmailDomain::parse(email.domain()).map_err(|_| ApiError::InvalidEmail)?;
    if settings.lets_domain_join(&domain) { Ok(domain) } else { Err(ApiError::InvalidEmailForJit.into()) }
}

/// The organizations that [`join_by_discovery`] would let this address into.
pub(crate) fn open_to(tx: &mut Tx, cx: &Cx, email: &ProvenAddress) -> Result<Vec<Organization>> {
    let Ok(domain) = EmailDomain::parse(email.domain()) else { return Ok(Vec::new()) };
    let mut open = Vec::new();
    for organization in organizations::allowing_domain(tx, cx.project(), &domain)? {
        let id = organization.organization_id.as_str();
        let guarded = tx.visit(id, |tx| members::has_proven_member_of_domain(tx, &organization, &domain))?;
        if guarded && !is_claimed_elsewhere(tx, cx, &organization, email)? {
            open.push(organization);
        }
    }
    Ok(open)
}

/// Whether only other organizations can have members with this address.
pub(crate) fn is_claimed_elsewhere(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
) -> Result<bool> {
    match organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), email) {
        Ok(()) => Ok(false),
        Err(Error::Api(..)) => Ok(true),
        Err(fault) => Err(fault),
    }
}
