//! The policies of projects and organizations, at the API.

use crate::actor::ProjectCaller;
use crate::organizations::{self, OrganizationRef};
use crate::projects;
use database::Tx;
use foundation::error::Result;
use foundation::rbac::{MAX_ROLES, Policy, Role, check_organization_roles};
use frame::{Call, Endpoint, NoInput, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![policy::endpoint(), get_org_policy::endpoint(), set_org_policy::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct PolicyResponse {
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
    #[schemars(length(max = MAX_ROLES))]
    roles: Vec<Role>,
}

#[derive(Serialize, JsonSchema)]
struct OrgPolicyResponse {
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
    org_policy: OrgPolicy,
}

/// Replace the roles of an organization.
///
/// They may use the resources and actions of the project's policy. Members who had a role that is gone keep it by
/// name; it grants nothing until it exists again.
#[endpoint("rbac.set_org_policy", PUT "/v1/b2b/rbac/organizations/{organization_id}", errors(
    OrganizationNotFound, RbacRoleDuplicate, InvalidRbacRoleId, EmptyRbacRoleId, InvalidRbacCustomRole,
    InvalidPermissionResource, InvalidPermissionAction, RbacPermissionMissingActions, WildcardWithOtherActions,
    RbacDescriptionTooLong, TooManyRoles
))]
fn set_org_policy(tx: &mut Tx, cx: &Call<ProjectCaller>, input: SetOrgPolicy) -> Result<OrgPolicyResponse> {
    let before = organizations::find(tx, cx.project(), &input.organization_id)?;
    let roles = check_organization_roles(input.org_policy.roles, &projects::policy(tx, cx.project())?)?;
    let mut organization = before.clone();
    organization.settings.custom_roles = roles.clone();
    organizations::save(tx, cx, "organization.roles.update", &before, &mut organization)?;
    Ok(OrgPolicyResponse { org_policy: OrgPolicy { roles } })
}
