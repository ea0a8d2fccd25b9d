//! What the operator does with branding, on the command line.

use super::becoming::moved;
use super::operations::{of_organization, update_organization};
use super::wanted::Wanted;
use crate::organizations::{self, Colors, OrganizationRef};
use crate::projects;
use crate::search::json_of;
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::project::Settings;
use serde_json::Value;

/// Changes the branding of an organization: as the API shows it. Where nothing is to change it is only looked at.
///
/// # Errors
/// `organization_not_found`, and what cannot be a logo or a color.
pub async fn update(app: &App, project: &str, organization: &str, wanted: Wanted) -> Result<Value> {
    let only_looks = wanted.logo_url.is_none() && wanted.brand_color.is_none() && wanted.background_color.is_none();
    let reference = OrganizationRef::from(organization.to_owned());
    let work = move |tx: &mut Tx, cx: &Cx| {
        let organization = organizations::find(tx, cx.project(), &reference)?;
        json_of(&match only_looks {
            true => of_organization(tx, cx, &organization)?,
            false => update_organization(tx, cx, &organization, &wanted)?,
        })
    };
    match only_looks {
        true => projects::look_by_operator(app, project, work).await,
        false => projects::by_operator(app, project, work).await,
    }
}

/// What is to be said of the colors of a project, in sentences.
pub fn of_colors(settings: &Settings) -> Vec<String> {
    moved(&Colors::of(settings)).into_iter().map(|moved| moved.sentence).collect()
}
