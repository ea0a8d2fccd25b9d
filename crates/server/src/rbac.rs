//! The policies of projects and organizations, at the API.

use crate::actor::ProjectCaller;
use crate::organizations::{self, OrganizationRef};
use crate::{members, projects, scim, sso};
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{OrganizationId, ProjectId};
use foundation::rbac::{MAX_ROLES, Policy, Role, check_organization_roles};
use frame::{Call, Endpoint, NoInput, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![policy::endpoint(), get_org_policy::endpoint(), set_org_policy::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct PolicyResponse {
    /// The policy: roles, resources and scopes.
    policy: Policy,
}

/// Get the project's RBAC policy.
///
/// Clients keep it to check permissions themselves.
#[endpoint("rbac.policy", GET "/v1/b2b/rbac/policy")]
fn policy(tx: &mut Tx, cx: &Call<ProjectCaller>, _input: NoInput) -> Result<PolicyResponse> {
    Ok(PolicyResponse { policy: projects::policy(tx, cx.project())? })
}

/// The roles that an organization adds to its project's policy.
#[derive(Serialize, Deserialize, JsonSchema)]
struct OrgPolicy {
    /// The roles.
    #[schemars(length(max = MAX_ROLES))]
    roles: Vec<Role>,
}

#[derive(Serialize, JsonSchema)]
struct OrgPolicyResponse {
    /// The roles that only this organization has.
    org_policy: OrgPolicy,
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
}

/// Get the roles of an organization.
#[endpoint("rbac.get_org_policy", GET "/v1/b2b/rbac/organizations/{organization_id}", errors(OrganizationNotFound))]
fn get_org_policy(tx: &mut Tx, cx: &Call<ProjectCaller>, input: ById) -> Result<OrgPolicyResponse> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    Ok(OrgPolicyResponse { org_policy: OrgPolicy { roles: organization.settings.custom_roles.clone() } })
}

#[derive(Deserialize, JsonSchema)]
struct SetOrgPolicy {
    organization_id: OrganizationRef,
    /// The roles that the organization is to have, besides those of the project.
    org_policy: OrgPolicy,
}

/// Replace the roles of an organization.
///
/// They may use the resources and actions of the project's policy. Members who had a role that is gone have it no longer,
/// nor do rules give it; whoever is to have another of that name is given it anew.
#[endpoint("rbac.set_org_policy", PUT "/v1/b2b/rbac/organizations/{organization_id}", errors(
    OrganizationNotFound, RbacRoleDuplicate, InvalidRbacRoleId, EmptyRbacRoleId, InvalidRbacCustomRole,
    InvalidPermissionResource, InvalidPermissionAction, RbacPermissionMissingActions, WildcardWithOtherActions,
    RbacDescriptionTooLong, TooManyRoles, InvalidArgument
))]
async fn set_org_policy(cx: Call<ProjectCaller>, input: SetOrgPolicy) -> Result<OrgPolicyResponse> {
    let input = Arc::new(input);
    loop {
        let (cx_, input) = (cx.context(), input.clone());
        if let Some(roles) = cx.write(move |tx| set_some(tx, &cx_, &input)).await? {
            return Ok(OrgPolicyResponse { org_policy: OrgPolicy { roles } });
        }
    }
}

/// The roles, once they are stored: when nobody has another any more.
fn set_some(tx: &mut Tx, cx: &Cx, input: &SetOrgPolicy) -> Result<Option<Vec<Role>>> {
    let found = organizations::find(tx, cx.project(), &input.organization_id)?;
    let policy = projects::policy(tx, cx.project())?;
    let roles = check_organization_roles(input.org_policy.roles.clone(), &policy)?;
    let policy = policy.with_roles(&roles);
    sso::take_undefined_roles(tx, cx, &found.organization_id, &policy)?;
    scim::take_undefined_roles(tx, cx, &found.organization_id, &policy)?;
    let before = organizations::find(tx, cx.project(), &input.organization_id)?;
    let mut organization = before.clone();
    organization.settings.custom_roles = roles.clone();
    if members::take_undefined_roles(tx, cx, &organization, &policy)? {
        return Ok(None);
    }
    organization.settings.drop_rules_for_undefined_roles(&policy);
    organizations::save(tx, cx, "organization.roles.update", &before, &mut organization)?;
    Ok(Some(roles))
}

/// Replaces a project's policy: its own resources beside the built-in ones, and its roles. The two default roles stay,
/// with the permissions given for them, if any. Members who had a role that is gone lose it, organization by organization.
///
/// # Errors
/// Of the `rbac_…` family, when the policy contradicts itself.
pub async fn set_policy(app: &App, project: &str, given: Policy) -> Result<Policy> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let whole = projects::set_policy(app, &id, given).await?;
    let (operator, of) = (app.clone(), id.clone());
    let take = move |tx: &mut Tx, organization: &OrganizationId| {
        let cx = Cx::of_operator(&operator, Arc::new(projects::enter(tx, &of)?));
        take_undefined(tx, &cx, organization)
    };
    organizations::each(app, &id, take).await?;
    Ok(whole)
}

/// Has the members and rules of an organization lose what is defined no more; whether there is more of it.
fn take_undefined(tx: &mut Tx, cx: &Cx, id: &OrganizationId) -> Result<bool> {
    let Some(found) = organizations::find_by_id(tx, cx.project(), id)? else { return Ok(false) };
    let policy = organizations::policy(tx, cx.project(), &found)?;
    sso::take_undefined_roles(tx, cx, id, &policy)?;
    scim::take_undefined_roles(tx, cx, id, &policy)?;
    let Some(before) = organizations::find_by_id(tx, cx.project(), id)? else { return Ok(false) };
    let mut organization = before.clone();
    organization.settings.drop_rules_for_undefined_roles(&policy);
    organizations::save(tx, cx, "organization.update", &before, &mut organization)?;
    members::take_undefined_roles(tx, cx, &organization, &policy)
}
