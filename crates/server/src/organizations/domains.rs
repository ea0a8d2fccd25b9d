//! Email domains that open or close organizations of a project.

use super::{Organization, store};
use crate::email_address::EmailAddress;
use crate::email_domain::EmailDomain;
use crate::error::{ApiError, Result};
use crate::id::OrganizationId;
use crate::projects::Project;
use database::Tx;

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

/// The organizations that people of this domain may join by themselves.
pub(crate) fn allowing_domain(tx: &mut Tx, project: &Project, domain: &EmailDomain) -> Result<Vec<Organization>> {
    let organizations = store::allowing(tx, &project.id, domain.as_str())?;
    Ok(organizations.into_iter().filter(|o| o.settings.lets_domain_join(domain)).collect())
}
