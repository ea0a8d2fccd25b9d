//! Entering an organization with what discovery has proven.

use crate::email_domain::EmailDomain;
use crate::error::{ApiError, Error, Result};
use crate::http::{Cx, ProjectCaller, Surface};
use crate::login::IntermediateSession;
use crate::members::{self, Member, NewMember, SAME_DOMAIN_GUARD, Status};
use crate::organizations::{self, EmailJitProvisioning, Organization};
use database::Tx;

/// The intermediate session of a request: in its body, or in a browser's cookie.
pub(super) fn intermediate(tx: &mut Tx, cx: &Cx<ProjectCaller>, given: Option<&str>) -> Result<IntermediateSession> {
    let ambient = cx.ambient().intermediate_session_token;
    let token = given.filter(|token| !token.is_empty()).or(ambient.as_deref());
    let token = token.ok_or(ApiError::MissingIntermediateSession)?;
    IntermediateSession::find(&cx.app, tx, cx.project(), cx.now(), token)
}

/// The member of the address in the organization; a new one where people of the email domain may join.
///
/// # Errors
/// Of the `…jit_provisioning…` family when they may not.
pub(super) fn member(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    organization: &Organization,
    intermediate: &IntermediateSession,
) -> Result<Member> {
    let id = &organization.organization_id;
    organizations::check_claimed(tx, cx.project(), Some(id), &intermediate.email)?;
    if intermediate.organization_id.as_ref().is_some_and(|bound| bound != id)
        && !intermediate.factors.iter().any(|factor| factor.is_transferable())
    {
        return Err(ApiError::IntermediateSessionWrongOrganization.into());
    }
    if let Some(member) = members::find_by_email(tx, organization, &intermediate.email)? {
        return Ok(member);
    }
    if organization.settings.email_jit_provisioning == EmailJitProvisioning::NotAllowed {
        return Err(ApiError::EmailJitNotAllowed.into());
    }
    let domain = EmailDomain::parse(intermediate.email.domain()).map_err(|_| ApiError::InvalidEmail)?;
    let open = organization.settings.lets_domain_join(&domain) && SAME_DOMAIN_GUARD(tx, id, domain.as_str())?;
    let proven = intermediate.factors.iter().any(|factor| factor.proves(&intermediate.email));
    if !open || !proven {
        return Err(ApiError::InvalidEmailForJit.into());
    }
    members::create_absent(tx, cx, organization, NewMember::with_email(intermediate.email.clone(), Status::Pending))
}

/// Whether this caller may create organizations.
pub(super) fn check_may_create(cx: &Cx<ProjectCaller>) -> Result<()> {
    let browser = cx.head.surface == Surface::Browser;
    match browser && !cx.project().settings.create_organization_enabled {
        true => Err(Error::from(ApiError::EndpointNotAuthorizedForSdk)),
        false => Ok(()),
    }
}
