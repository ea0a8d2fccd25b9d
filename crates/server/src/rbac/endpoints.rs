use super::{Policy, Role, store, validation};
use crate::audit::{self, Change};
use crate::error::Result;
use crate::http::{Caller as _, Cx, Endpoint, Nothing, ProjectCaller};
use crate::organizations::{self, OrganizationRef};
use database::Tx;
use endpoint_macro::endpoint;
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
#[endpoint(GET "/v1/b2b/rbac/policy")]
fn policy(tx: &mut Tx, cx: &Cx<ProjectCaller>, _input: Nothing) -> Result<PolicyResponse> {
    Ok(PolicyResponse { policy: store::project_policy(tx, &cx.project().id)? })
}

/// The roles that an organization adds to its project's policy.
#[derive(Serialize, Deserialize, JsonSchema)]
struct OrgPolicy {
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
#[endpoint(GET "/v1/b2b/rbac/organizations/{organization_id}", errors(OrganizationNotFound))]
fn get_org_policy(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: ById) -> Result<OrgPolicyResponse> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    Ok(OrgPolicyResponse { org_policy: OrgPolicy { roles: organization.settings.custom_roles } })
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
#[endpoint(PUT "/v1/b2b/rbac/organizations/{organization_id}", errors(
    OrganizationNotFound, RbacRoleDuplicate, InvalidRbacRoleId, EmptyRbacRoleId, InvalidRbacCustomRole,
    InvalidPermissionResource, InvalidPermissionAction, RbacPermissionMissingActions, WildcardWithOtherActions,
    RbacDescriptionTooLong, TooManyRoles
))]
fn set_org_policy(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: SetOrgPolicy) -> Result<OrgPolicyResponse> {
    let mut organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let roles = input.org_policy.roles;
    validation::check_organization_roles(&roles, &store::project_policy(tx, &cx.caller.project().id)?)?;
    let change = Change::of("custom_roles", &organization.settings.custom_roles, &roles);
    organization.settings.custom_roles = roles.clone();
    organizations::save(tx, cx.now(), &mut organization)?;
    audit::record(
        tx,
        cx,
        "organization.roles.update",
        Some(&organization.organization_id),
        &organization.organization_id,
        change,
    )?;
    Ok(OrgPolicyResponse { org_policy: OrgPolicy { roles } })
}
