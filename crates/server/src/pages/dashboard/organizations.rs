//! Organizations of a project, and one of them.

use super::words::locale_of;
use super::{Shown, address, organization, show_of, within};
use crate::operators::Operator;
use crate::organizations::operator;
use crate::search::{Part, json_of};
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Organizations on a page.
const LISTED: i64 = 50;

#[derive(Deserialize, JsonSchema)]
pub(super) struct All {
    /// The id of the project.
    project_id: String,
    /// A part of a name, slug or domain; or an id, or the address of a member.
    #[serde(default)]
    q: String,
    /// Where the page before ended.
    #[serde(default)]
    after: String,
}

/// Organizations of a project, oldest first, or those that are searched for.
#[endpoint(
    "dashboard.organizations",
    page GET "/dashboard/projects/{project_id}/organizations",
    quiet,
    errors(ProjectNotFound, InvalidArgument)
)]
pub(super) async fn all(cx: Call<Operator>, input: All) -> Result<Shown> {
    let (project, _) = within(&cx, &input.project_id).await?;
    let wanted = input.q.trim();
    let part = Part { limit: LISTED, after: Some(input.after).filter(|after| !after.is_empty()) };
    let text = Some(wanted.to_owned()).filter(|text| !text.is_empty());
    let found = operator::search(&cx.app, project.id.as_str(), text, part).await?;
    let here = format!("/dashboard/projects/{}/organizations", project.id);
    let next = found.next.as_deref().map(|after| address(&here, &[("q", wanted), ("after", after)]));
    let values = json!({
        "organizations": found.rows, "total": found.total, "q": wanted, "next": next,
    });
    show_of(&cx, &project, "dashboard.organizations", "dashboard/organizations.html", values).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct One {
    /// The id of the project.
    project_id: String,
    /// The id of the organization.
    organization_id: String,
    /// Whether its settings were just saved.
    #[serde(default)]
    saved: String,
}

/// An organization: who it is, and what it asks of its members.
#[endpoint(
    "dashboard.organization",
    page GET "/dashboard/projects/{project_id}/organizations/{organization_id}",
    quiet,
    errors(ProjectNotFound, OrganizationNotFound)
)]
pub(super) async fn one(cx: Call<Operator>, input: One) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let (by, id) = (own.clone(), input.organization_id.clone());
    let found = own.read(move |tx| json_of(&organization(tx, &by, &id)?)).await?;
    let locale = locale_of(&cx);
    let values = json!({
        "title": found["organization_name"], "organization": found, "saved": !input.saved.is_empty(),
        "methods": super::settings::method_words(locale), "factors": super::settings::factor_words(locale),
    });
    show_of(&cx, &project, "dashboard.organizations", "dashboard/organization.html", values).await
}
