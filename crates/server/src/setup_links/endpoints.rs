use super::operations::{self, CREATE, MINUTES, New, USUAL_MINUTES};
use super::{Purpose, SetupLink};
use crate::actor::ProjectCaller;
use crate::organizations::{self, OrganizationRef};
use crate::redirect_urls::Asked;
use database::Tx;
use foundation::email_address::AnySpelling;
use foundation::error::Result;
use foundation::id::SetupLinkId;
use foundation::rbac::RoleId;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![create::endpoint(), list::endpoint(), revoke::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    organization_id: OrganizationRef,
    /// What may be set up with the link.
    #[schemars(length(min = 1))]
    purposes: Vec<Purpose>,
    /// Roles that may be given and taken with the link, where it is for members: without one, only roles that give nothing
    /// that the purposes do not.
    #[serde(default)]
    roles: Vec<RoleId>,
    /// The address of whom it is for. They are warned when a certificate ends that was set up; the link is not mailed.
    #[schemars(with = "Option<AnySpelling>")]
    contact_email: Option<String>,
    /// Where the pages lead back to when all is done; a URL that is registered for logins.
    #[schemars(with = "Option<Asked>")]
    return_url: Option<String>,
    /// For how many minutes the link works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    expiration_minutes: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Created {
    /// The link, without its address.
    setup_link: SetupLink,
    /// Where it leads: give this to the organization's IT person. It is shown here and never again.
    url: String,
}

/// Create a setup link of an organization.
///
/// With it an IT person sets up what its purposes say on pages of this server, without an account, as often as they open it until
/// it is over or revoked. What they do stands in the audit log as done by the link. This endpoint is Guildhall's own; the SDKs do
/// not have it.
#[endpoint(
    "setup_links.create",
    POST "/v1/b2b/organizations/{organization_id}/setup_links",
    errors(OrganizationNotFound, ..CREATE)
)]
fn create(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Create) -> Result<Created> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let new = New {
        purposes: input.purposes,
        roles: input.roles,
        contact_email: input.contact_email,
        return_url: input.return_url,
        minutes: input.expiration_minutes,
    };
    let (setup_link, url) = operations::create(tx, cx, &organization, new)?;
    Ok(Created { setup_link, url })
}

#[derive(Deserialize, JsonSchema)]
struct OfOrganization {
    organization_id: OrganizationRef,
}

#[derive(Serialize, JsonSchema)]
struct Links {
    /// The links that are still good, the newest first.
    setup_links: Vec<SetupLink>,
}

/// List the setup links of an organization.
///
/// Those that are still good, without their addresses. This endpoint is Guildhall's own; the SDKs do not have it.
#[endpoint(
    "setup_links.list",
    GET "/v1/b2b/organizations/{organization_id}/setup_links",
    errors(OrganizationNotFound)
)]
fn list(tx: &mut Tx, cx: &Call<ProjectCaller>, input: OfOrganization) -> Result<Links> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    Ok(Links { setup_links: operations::good(tx, cx, &organization)? })
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The id of the setup link.
    setup_link_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Revoked {
    /// The link that is good no more.
    setup_link_id: SetupLinkId,
}

/// Revoke a setup link.
///
/// Browsers in which it was opened are at its end, too. What was set up with it stays. This endpoint is Guildhall's own; the SDKs do
/// not have it.
#[endpoint(
    "setup_links.revoke",
    DELETE "/v1/b2b/organizations/{organization_id}/setup_links/{setup_link_id}",
    errors(OrganizationNotFound, SetupLinkNotFound)
)]
fn revoke(tx: &mut Tx, cx: &Call<ProjectCaller>, input: ById) -> Result<Revoked> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    Ok(Revoked { setup_link_id: operations::revoke(tx, cx, &organization, &input.setup_link_id)? })
}
