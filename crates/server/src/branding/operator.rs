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

/// What is to change of an organization's branding; an empty text takes away what it says.
#[derive(Default)]
pub struct Changed {
    pub logo_url: Option<String>,
    pub brand_color: Option<String>,
    pub background_color: Option<String>,
}

/// Changes the branding of an organization: as the API shows it. Where nothing is to change it is only looked at.
///
/// # Errors
/// `organization_not_found`, and what cannot be a logo or a color.
pub async fn update(app: &App, project: &str, organization: &str, changed: Changed) -> Result<Value> {
    let Changed { logo_url, brand_color, background_color } = changed;
    let only_looks = logo_url.is_none() && brand_color.is_none() && background_color.is_none();
    let wanted = Wanted { logo_url, brand_color, background_color };
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
    let colors = Colors { brand_color: settings.brand_color, background_color: settings.background_color };
    moved(&colors).into_iter().map(|moved| moved.sentence).collect()
}
