//! How the mails of a project and its organizations look.

use super::Organization;
use foundation::project::Project;
use mail::Brand;

/// The looks of a mail of an organization, or of the project alone.
pub(crate) fn brand(project: &Project, organization: Option<&Organization>) -> Brand {
    let logo = organization.map(|organization| organization.settings.organization_logo_url.clone());
    Brand {
        organization_logo_url: logo.filter(|url| !url.is_empty()),
        project_logo_url: project.settings.logo_url.clone(),
        color: project.settings.brand_color,
    }
}
