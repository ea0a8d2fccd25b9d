//! The branding of a project and of an organization: changed, and shown as people see it.

use super::{Shown, address, organization, show_of, within};
use crate::branding::{self, Branding, Wanted};
use crate::operators::Operator;
use crate::search::json_of;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::project::Project;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
pub(super) struct OfProject {
    /// The id of the project.
    project_id: String,
    /// Whether it was just saved.
    #[serde(default)]
    saved: String,
}

/// The branding of a project.
#[endpoint("dashboard.branding", page GET "/dashboard/projects/{project_id}/branding", quiet, errors(ProjectNotFound))]
pub(super) async fn of_project(cx: Call<Operator>, input: OfProject) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let found = of(&own).await?;
    page(&cx, &project, None, found, More { is_saved: !input.saved.is_empty(), ..More::default() }).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ChangeOfProject {
    /// The id of the project.
    project_id: String,
    #[serde(flatten)]
    wanted: Wanted,
}

/// Change the branding of a project.
#[endpoint(
    "dashboard.change_branding",
    page POST "/dashboard/projects/{project_id}/branding",
    errors(ProjectNotFound)
)]
pub(super) async fn change_project(cx: Call<Operator>, input: ChangeOfProject) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (by, wanted) = (own.clone(), input.wanted.clone());
    let changed = own.write(move |tx| branding::update_project(tx, &by, &wanted)).await;
    match problem(changed)? {
        None => Ok(saved(&format!("/dashboard/projects/{}", project.id))),
        Some(problem) => {
            let found = of(&own).await?;
            page(&cx, &project, None, found, More::of(problem, &input.wanted)).await
        }
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct OfOrganization {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    /// Whether it was just saved.
    #[serde(default)]
    saved: String,
}

/// The branding of an organization.
#[endpoint(
    "dashboard.organization_branding",
    page GET "/dashboard/projects/{project_id}/organizations/{organization_id}/branding",
    quiet,
    errors(ProjectNotFound, OrganizationNotFound)
)]
pub(super) async fn of_organization(cx: Call<Operator>, input: OfOrganization) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (whose, found) = look(&own, input.organization_id).await?;
    page(&cx, &project, Some(whose), found, More { is_saved: !input.saved.is_empty(), ..More::default() }).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ChangeOfOrganization {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    #[serde(flatten)]
    wanted: Wanted,
}

/// Change the branding of an organization.
#[endpoint(
    "dashboard.change_organization_branding",
    page POST "/dashboard/projects/{project_id}/organizations/{organization_id}/branding",
    errors(ProjectNotFound, OrganizationNotFound)
)]
pub(super) async fn change_organization(cx: Call<Operator>, input: ChangeOfOrganization) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (whose, found) = look(&own, input.organization_id).await?;
    let (by, wanted, id) = (own.clone(), input.wanted.clone(), whose["organization_id"].clone());
    let changed = own
        .write(move |tx: &mut Tx| {
            let organization = organization(tx, &by, id.as_str().unwrap_or_default())?;
            branding::update_organization(tx, &by, &organization, &wanted)
        })
        .await;
    match problem(changed)? {
        None => Ok(saved(&format!(
            "/dashboard/projects/{}/organizations/{}",
            project.id,
            whose["organization_id"].as_str().unwrap_or_default()
        ))),
        Some(problem) => page(&cx, &project, Some(whose), found, More::of(problem, &input.wanted)).await,
    }
}

/// The branding of the project.
async fn of(own: &Cx) -> Result<Value> {
    let by = own.clone();
    own.read(move |tx: &mut Tx| json_of(&branding::of_project(tx, &by)?)).await
}

/// An organization and its branding.
async fn look(own: &Cx, id: String) -> Result<(Value, Value)> {
    let by = own.clone();
    let look = move |tx: &mut Tx| {
        let organization = organization(tx, &by, &id)?;
        Ok((json_of(&organization)?, json_of(&branding::of_organization(tx, &by, &organization)?)?))
    };
    own.read(look).await
}

/// What a page says besides.
#[derive(Default)]
struct More {
    is_saved: bool,
    problem: Option<String>,
    typed: Option<Value>,
}

impl More {
    fn of(problem: String, typed: &Wanted) -> Self {
        let Wanted { logo_url, brand_color, background_color } = typed;
        let typed = json!({ "logo_url": logo_url, "brand_color": brand_color, "background_color": background_color });
        Self { is_saved: false, problem: Some(problem), typed: Some(typed) }
    }
}

async fn page(
    cx: &Call<Operator>,
    project: &Project,
    organization: Option<Value>,
    found: Value,
    more: More,
) -> Result<Shown> {
    let tab = if organization.is_some() { "dashboard.organizations" } else { "dashboard.branding" };
    let values = json!({
        "organization": organization, "form": more.typed.as_ref().unwrap_or(&found), "branding": found,
        "saved": more.is_saved, "problem": more.problem,
    });
    show_of(cx, project, tab, "dashboard/branding.html", values).await
}

fn saved(place: &str) -> Shown {
    Shown::elsewhere(address(&format!("{place}/branding"), &[("saved", "yes")]))
}

/// What was wrong with a change, for the page that it was made on.
///
/// # Errors
/// Faults of ours, as they are.
fn problem(changed: Result<Branding>) -> Result<Option<String>> {
    match changed {
        Ok(_) => Ok(None),
        Err(refused @ Error::Api(..)) => Ok(Some(refused.sentence().into_owned())),
        Err(fault) => Err(fault),
    }
}
