use super::operations::{self, Branding};
use super::wanted::{WANTED, Wanted};
use crate::actor::{Actor, ProjectCaller};
use crate::organizations::{self, OrganizationRef};
use database::Tx;
use foundation::error::Result;
use frame::{Call, Endpoint, NoInput, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        get_of_project::endpoint(),
        update_of_project::endpoint(),
        get_of_organization::endpoint(),
        update_of_organization::endpoint(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Answer {
    /// Logo and colors as they are set, and as people see them.
    branding: Branding,
}

/// Get the branding of the project.
///
/// Its logo and colors, and what they become on light pages, on dark ones and in mails. This endpoint is Guildhall's own; the SDKs
/// do not have it.
#[endpoint("branding.get_of_project", GET "/v1/b2b/branding")]
fn get_of_project(tx: &mut Tx, cx: &Call<ProjectCaller>, _input: NoInput) -> Result<Answer> {
    Ok(Answer { branding: operations::of_project(tx, cx)? })
}

/// Update the branding of the project.
///
/// No color is refused: where text in it or on it would not be legible another is shown in its place, and the answer
/// says which (`moved`). This endpoint is Guildhall's own; the SDKs do not have it.
#[endpoint("branding.update_of_project", PUT "/v1/b2b/branding", errors(..WANTED))]
fn update_of_project(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Wanted) -> Result<Answer> {
    Ok(Answer { branding: operations::update_project(tx, cx, &input)? })
}

#[derive(Deserialize, JsonSchema)]
struct OfOrganization {
    organization_id: OrganizationRef,
}

/// Get the branding of an organization.
///
/// What it has not of its own, people see of the project's. Every member gets to see it. This endpoint is Guildhall's own; the SDKs do
/// not have it.
#[endpoint(
    "branding.get_of_organization",
    GET "/v1/b2b/organizations/{organization_id}/branding",
    browser GET "/sdk/v1/b2b/organizations/me/branding",
    errors(OrganizationNotFound)
)]
fn get_of_organization(tx: &mut Tx, cx: &Call<Actor>, input: OfOrganization) -> Result<Answer> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    Ok(Answer { branding: operations::of_organization(tx, cx, &organization)? })
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    #[serde(flatten)]
    wanted: Wanted,
}

/// Update the branding of an organization.
///
/// Its logo is the one that `organization_logo_url` says. No color is refused: where text in it or on it would not be legible another is
/// shown in its place, and the answer says which (`moved`). On behalf of a member, the logo takes `update.info.logo-url` on
/// `stytch.organization`, and the colors take `update.info.colors`. This endpoint is Guildhall's own; the SDKs do not have it.
#[endpoint(
    "branding.update_of_organization",
    PUT "/v1/b2b/organizations/{organization_id}/branding",
    browser PUT "/sdk/v1/b2b/organizations/me/branding" takes(logo_url, brand_color, background_color),
    errors(OrganizationNotFound, ..WANTED)
)]
fn update_of_organization(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<Answer> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    Ok(Answer { branding: operations::update_organization(tx, cx, &organization, &input.wanted)? })
}
