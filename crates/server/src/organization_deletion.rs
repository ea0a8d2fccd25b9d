//! Deleting an organization, with what others have of it.

use crate::actor::Actor;
use crate::organizations::{self, OrganizationRef};
use crate::sso;
use database::Tx;
use foundation::error::Result;
use foundation::id::OrganizationId;
use foundation::rbac::resource::ORGANIZATION;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![delete::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
}

#[derive(Serialize, JsonSchema)]
struct Deleted {
    /// The organization that is gone.
    organization_id: OrganizationId,
}

/// Delete an organization and everything in it.
///
/// Its members, sessions and outstanding links end with it, and what other organizations have of its connections.
#[endpoint(
    "organizations.delete",
    DELETE "/v1/b2b/organizations/{organization_id}",
    browser DELETE "/sdk/v1/b2b/organizations/me",
    requires(ORGANIZATION, "delete"),
    errors(OrganizationNotFound)
)]
fn delete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<Deleted> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    sso::let_go_of_connections(tx, cx, &organization)?;
    organizations::delete(tx, cx, &organization)?;
    Ok(Deleted { organization_id: organization.organization_id })
}
