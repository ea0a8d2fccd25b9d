//! Who may come in who is no member: by the domain of their address, or a tenant at an OAuth provider.

mod grounds;
#[cfg(test)]
mod grounds_tests;

pub(crate) use grounds::{Entrance, Ground, admit};

use crate::factors::ProvenAddress;
use crate::members::{self, Member, NewMember, Status};
use crate::organizations::{self, OauthTenants, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Error, Result};
use std::collections::HashSet;

/// Why somebody cannot come in.
pub(crate) const JOIN: &[ApiError] = &[
    ApiError::EmailDomainIsClaimed,
    ApiError::EmailJitNotAllowed,
    ApiError::InvalidEmailForJit,
    ApiError::InvalidEmail,
    ApiError::InactiveEmail,
];

/// Why somebody cannot come in by a tenant.
pub(crate) const JOIN_BY_TENANT: &[ApiError] =
    &[ApiError::OauthTenantJitNotAllowed, ApiError::InvalidOauthTenantForJit];

/// Somebody who looks for organizations, and may be new to them.
pub(crate) struct Newcomer<'a> {
    /// The address that they would be a member with.
    pub(crate) email: &'a EmailAddress,
    /// The same, if they have proven it.
    pub(crate) proven: Option<ProvenAddress>,
    /// The tenants that OAuth providers have said them to be of.
    pub(crate) tenants: &'a [OauthTenants],
}

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

/// A new, pending member for somebody who has found the organization, with an address that is nobody's.
///
/// # Errors
/// [`JOIN`], [`JOIN_BY_TENANT`].
pub(crate) fn join_by_discovery(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    newcomer: &Newcomer,
) -> Result<Member> {
    entrance(tx, organization, newcomer)?;
    members::create_absent(tx, cx, organization, NewMember::with_email(newcomer.email.clone(), Status::Pending))
}

/// The same for somebody who has shown an account at an OAuth provider to the organization, which says that the address is theirs.
///
/// # Errors
/// [`JOIN`], `invalid_oauth_tenant_for_jit_provisioning`.
pub(crate) fn join_by_account(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    tenants: Option<&OauthTenants>,
) -> Result<Member> {
    check_open_to_account(organization, email, tenants)?;
    members::create_absent(tx, cx, organization, NewMember::with_email(email.clone(), Status::Pending))
}

/// Whether the organization lets people of the address's domain join, or of one of the tenants.
///
/// # Errors
/// [`JOIN`], `invalid_oauth_tenant_for_jit_provisioning`.
pub(crate) fn check_open_to_account(
    organization: &Organization,
    email: &EmailAddress,
    tenants: Option<&OauthTenants>,
) -> Result<()> {
    let domain = domain_of(email)?;
    let mut grounds = vec![Ground::Domain { domain: &domain, is_vouched: true }];
    grounds.extend(tenants.map(Ground::Tenants));
    admit(&organization.settings, &grounds)?;
    Ok(())
}

/// Whether the organization lets people of the address's domain join.
///
/// # Errors
/// [`JOIN`].
pub(crate) fn check_open(organization: &Organization, email: &EmailAddress) -> Result<EmailDomain> {
    let domain = domain_of(email)?;
    admit(&organization.settings, &[Ground::Domain { domain: &domain, is_vouched: true }])?;
    Ok(domain)
}

fn domain_of(email: &EmailAddress) -> Result<EmailDomain> {
    EmailDomain::parse(email.domain()).map_err(|_| ApiError::InvalidEmail.into())
}

/// What lets somebody into an organization that they have found. Only within it.
///
/// # Errors
/// [`JOIN`], [`JOIN_BY_TENANT`].
pub(crate) fn entrance(tx: &mut Tx, organization: &Organization, newcomer: &Newcomer) -> Result<Entrance> {
    let settings = &organization.settings;
    let domain = newcomer.proven.as_ref().map(|email| domain_of(email)).transpose()?;
    let mut grounds = Vec::new();
    if let Some(domain) = &domain {
        let is_vouched =
            settings.lets_domain_join(domain) && members::has_proven_member_of_domain(tx, organization, domain)?;
        grounds.push(Ground::Domain { domain, is_vouched });
    }
    grounds.extend(newcomer.tenants.iter().map(Ground::Tenants));
    Ok(admit(settings, &grounds)?)
}

/// The organizations that [`join_by_discovery`] would let somebody into, and by what.
pub(crate) fn open_to(tx: &mut Tx, cx: &Cx, newcomer: &Newcomer) -> Result<Vec<(Organization, Entrance)>> {
    let mut listing = match newcomer.proven.as_ref().map(|email| EmailDomain::parse(email.domain())) {
        Some(Ok(domain)) => organizations::allowing_domain(tx, cx.project(), &domain)?,
        _ => Vec::new(),
    };
    let mut known: HashSet<_> = listing.iter().map(|organization| organization.organization_id.clone()).collect();
    for tenants in newcomer.tenants {
        let by_tenant = organizations::listing_tenants(tx, cx.project(), tenants)?;
        listing.extend(by_tenant.into_iter().filter(|organization| known.insert(organization.organization_id.clone())));
    }
    let mut open = Vec::new();
    for organization in listing {
        let id = organization.organization_id.as_str();
        match tx.visit(id, |tx| entrance(tx, &organization, newcomer)) {
            Ok(entrance) if !is_claimed_elsewhere(tx, cx, &organization, newcomer.email)? => {
                open.push((organization, entrance));
            }
            Ok(_) | Err(Error::Api(..)) => {}
            Err(fault) => return Err(fault),
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
