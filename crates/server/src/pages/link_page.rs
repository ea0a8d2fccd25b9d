//! What the pages behind mailed links, and on the way of a login, have in common: the reader's language, and whose they are.

use super::colours::Looks;
use super::phrases::language;
use super::render::page_in;
use crate::actor::Anyone;
use crate::organizations::Organization;
use axum::http::StatusCode;
use foundation::error::Result;
use foundation::project::Project;
use frame::{Call, Page};
use serde_json::{Value, json};

/// A page of an organization, or of a project alone, or of nobody that is known.
pub(super) fn link_page(
    cx: &Call<Anyone>,
    template: &str,
    status: StatusCode,
    project: Option<&Project>,
    organization: Option<&Organization>,
    mut values: Value,
) -> Result<Page> {
    values["project_name"] = json!(project.map_or("", |project| &project.name));
    values["organization_name"] = json!(organization.map_or("", |organization| &organization.organization_name));
    if let Some(project) = project {
        Looks::of(project, organization).dress(&mut values);
    }
    page_in(&cx.app, language(&cx.head, None), template, status, &values)
}
