//! What the API, the dashboard and the command line do with branding.

use super::becoming::{Moved, Shades, moved};
use super::wanted::Wanted;
use crate::organizations::{self, Colors, Organization, colors, logo};
use crate::projects;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::project::Settings;
use mail::Color;
use schemars::JsonSchema;
use serde::Serialize;

/// The branding of a project or an organization.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Branding {
    /// Where its own logo is; `null` where it has none.
    logo_url: Option<String>,
    /// Its own color of buttons and links; `null` where it has none.
    #[schemars(with = "Option<String>")]
    brand_color: Option<Color>,
    /// Its own color of what is behind; `null` where it has none.
    #[schemars(with = "Option<String>")]
    background_color: Option<Color>,
    /// What people see: of an organization, what it has not is the project's.
    shown: Shown,
}

#[derive(Serialize, JsonSchema)]
struct Shown {
    /// The name on the pages.
    name: String,
    /// The logo on the pages; `null` where there is none, and the name stands there alone.
    logo_url: Option<String>,
    /// On light pages.
    light: Shades,
    /// On dark pages.
    dark: Shades,
    /// In mails.
    mail: Shades,
    /// The colors that are shown as others somewhere, because text would not be legible there.
    moved: Vec<Moved>,
}

impl Shown {
    fn of(name: &str, logo_url: Option<&str>, colors: &Colors) -> Self {
        Self {
            name: name.to_owned(),
            logo_url: logo_url.map(str::to_owned),
            light: Shades::light(colors),
            dark: Shades::dark(colors),
            mail: Shades::mail(colors),
            moved: moved(colors),
        }
    }
}

/// The branding of a project, as it is now: what a request knows of its project may be a second old.
pub(crate) fn of_project(tx: &mut Tx, cx: &Cx) -> Result<Branding> {
    let project = projects::enter(tx, &cx.project().id)?;
    Ok(told(&project.name, &project.settings))
}

fn told(name: &str, settings: &Settings) -> Branding {
    let (logo_url, own) = (settings.logo_url.clone(), Colors::of(settings));
    let shown = Shown::of(name, logo_url.as_deref(), &own);
    Branding { logo_url, brand_color: own.brand_color, background_color: own.background_color, shown }
}

/// The branding of an organization.
pub(crate) fn of_organization(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<Branding> {
    let project = &projects::enter(tx, &cx.project().id)?;
    let Organization { organization_name, colors: own, settings, .. } = organization;
    let own_logo = Some(settings.organization_logo_url.as_str()).filter(|url| !url.is_empty());
    Ok(Branding {
        logo_url: own_logo.map(str::to_owned),
        brand_color: own.brand_color,
        background_color: own.background_color,
        shown: Shown::of(organization_name, logo(project, own_logo), &colors(project, own)),
    })
}

/// Changes the branding of the project.
///
/// # Errors
/// [`super::wanted::WANTED`].
pub(crate) fn update_project(tx: &mut Tx, cx: &Cx, wanted: &Wanted) -> Result<Branding> {
    let wanted = wanted.read()?;
    let change = |settings: &mut Settings| {
        set(&mut settings.logo_url, wanted.logo_url.clone());
        set(&mut settings.brand_color, wanted.brand_color);
        set(&mut settings.background_color, wanted.background_color);
    };
    let shown = projects::update_in(tx, cx, &projects::Update::default(), &change)?;
    Ok(told(&shown.name, &shown.settings))
}

/// Changes the branding of an organization of the project.
///
/// # Errors
/// What the acting member may not change, and [`super::wanted::WANTED`].
pub(crate) fn update_organization(tx: &mut Tx, cx: &Cx, before: &Organization, wanted: &Wanted) -> Result<Branding> {
    wanted.require(cx)?;
    let wanted = wanted.read()?;
    let mut organization = before.clone();
    set(&mut organization.settings.organization_logo_url, wanted.logo_url.map(Option::unwrap_or_default));
    set(&mut organization.colors.brand_color, wanted.brand_color);
    set(&mut organization.colors.background_color, wanted.background_color);
    organizations::save(tx, cx, "organization.update", before, &mut organization)?;
    of_organization(tx, cx, &organization)
}

fn set<T>(field: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *field = wanted;
    }
}
