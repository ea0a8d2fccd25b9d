//! How the pages and mails of a project and its organizations look.

use super::Organization;
use foundation::project::{Project, Settings};
use mail::{Brand, Color};
use serde::Serialize;

/// Two colors, of an organization's own or as they are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Colors {
    /// Of buttons and links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) brand_color: Option<Color>,
    /// Of what is behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) background_color: Option<Color>,
}

impl Colors {
    /// A project's.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self { brand_color: settings.brand_color, background_color: settings.background_color }
    }
}

/// The colors of an organization's pages: each its own, or else the project's.
pub(crate) fn colors(project: &Project, own: &Colors) -> Colors {
    let of_project = Colors::of(&project.settings);
    Colors {
        brand_color: own.brand_color.or(of_project.brand_color),
        background_color: own.background_color.or(of_project.background_color),
    }
}

/// The logo that pages of an organization show: its own, or else the project's.
pub(crate) fn logo<'a>(project: &'a Project, own: Option<&'a str>) -> Option<&'a str> {
    own.filter(|url| mail::is_logo_url(url)).or(project.settings.logo_url.as_deref())
}

/// The looks of a mail of an organization, or of the project alone.
pub(crate) fn brand(project: &Project, organization: Option<&Organization>) -> Brand {
    let logo = organization.map(|organization| organization.settings.organization_logo_url.clone());
    let colors = colors(project, &organization.map(|organization| organization.colors).unwrap_or_default());
    Brand {
        organization_logo_url: logo.filter(|url| !url.is_empty()),
        project_logo_url: project.settings.logo_url.clone(),
        color: colors.brand_color,
        background: colors.background_color,
    }
}
