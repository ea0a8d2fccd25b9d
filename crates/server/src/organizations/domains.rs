//! Email domains that open or close organizations of a project.

use super::{Organization, store};
use database::Tx;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Result};
use foundation::id::OrganizationId;
use foundation::project::Project;

/// An address in a claimed domain can only be a member where the domain is claimed.
///
/// # Errors
/// `action_not_allowed_email_domain_is_claimed`. `organization` is `None` for one that is about to be created.
pub(crate) fn check_claimed(
    tx: &mut Tx,
    project: &Project,
    organization: Option<&OrganizationId>,
    email: &EmailAddress,
) -> Result<()> {
    let claimed_by = store::claiming(tx, &project.id, email.domain())?;
    match claimed_by.is_empty() || organization.is_some_and(|id| claimed_by.contains(id)) {
        true => Ok(()),
        false => Err(ApiError::EmailDomainIsClaimed.into()),
    }
}

/// Says that [`check_claimed`] will follow: see [`Tx::prefetch`].
pub(crate) fn prefetch_claimed(tx: &mut Tx, project: &Project, email: &EmailAddress) -> Result<()> {
    store::prefetch_claiming(tx, &project.id, email.domain())
}

/// The organizations that have claimed this domain.
pub(crate) fn claiming_domain(tx: &mut Tx, project: &Project, domain: &EmailDomain) -> Result<Vec<Organization>> {
    let ids = store::claiming(tx, &project.id, domain.as_str())?;
    let found = ids.iter().map(|id| store::find(tx, &project.id, id));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The organizations in whose list this domain is.
pub(crate) fn listing_domain(tx: &mut Tx, project: &Project, domain: &EmailDomain) -> Result<Vec<Organization>> {
    store::allowing(tx, &project.id, domain.as_str())
}

/// The organizations that people of this domain may join by themselves.
pub(crate) fn allowing_domain(tx: &mut Tx, project: &Project, domain: &EmailDomain) -> Result<Vec<Organization>> {
    let organizations = listing_domain(tx, project, domain)?;
    Ok(organizations.into_iter().filter(|o| o.settings.lets_domain_join(domain)).collect())
}
