//! Whether the roles of a session allow something.

use super::remembered::Valid;
use super::template::Verdict;
use crate::organizations::{self, OrganizationRef};
use crate::projects;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::rbac::granting;
use schemars::JsonSchema;
use serde::Deserialize;

/// What is asked.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AuthorizationCheck {
    /// The organization that it is done in. Another one than the session's is refused.
    organization_id: OrganizationRef,
    /// What it is done to: a resource that the policy has.
    resource_id: String,
    /// What is to be done: an action that the policy has for the resource.
    action: String,
}

/// What an authorization check can be answered with.
pub(super) const AUTHORIZATION: &[ApiError] =
    &[ApiError::SessionAuthorizationError, ApiError::SessionAuthorizationTenancyError];

/// Asks a session that was just found to be valid.
///
/// # Errors
/// [`AUTHORIZATION`].
pub(super) async fn authorize(cx: &Cx, known: &Valid, check: &AuthorizationCheck) -> Result<Verdict> {
    if !is_of(cx, known, &check.organization_id).await? {
        return Err(ApiError::SessionAuthorizationTenancyError.into());
    }
    let policy = projects::current_policy(cx).await?;
    let all = [&policy.roles[..], &known.organization.custom_roles];
    let granting =
        all.into_iter().flat_map(|roles| granting(roles, &known.session.roles, &check.resource_id, &check.action));
    let granting_roles: Vec<_> = granting.cloned().collect();
    match granting_roles.is_empty() {
        true => Err(ApiError::SessionAuthorizationError.into()),
        false => Ok(Verdict { authorized: true, granting_roles }),
    }
}

/// Whether the organization that is named is the session's. What a name means is asked once: while the organization has
/// it, no other does.
async fn is_of(cx: &Cx, known: &Valid, named: &OrganizationRef) -> Result<bool> {
    let own = &known.organization;
    if let Some(id) = named.id() {
        return Ok(id == own.organization_id);
    }
    if !own.may_be_called(named.as_str()) {
        return Ok(false);
    }
    if own.is_known_as(named.as_str()) {
        return Ok(true);
    }
    let (project, name) = (cx.project.clone(), named.clone());
    let meant = cx.check(move |tx| organizations::resolve(tx, &project, &name)).await?;
    if meant.as_ref() != Some(&own.organization_id) {
        return Ok(false);
    }
    own.learn_name(named.as_str());
    Ok(true)
}
