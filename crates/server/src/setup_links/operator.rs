//! What the operator does with setup links, on the command line.

use super::operations::{self, New};
use super::{Purpose, SetupLink};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::projects;
use crate::search::{Page, json_of};
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use serde_json::{Value, json};

/// A link to be made.
pub struct Wanted {
    /// Words: see [`Purpose`].
    pub purposes: Vec<String>,
    pub roles: Vec<String>,
    pub contact_email: Option<String>,
    pub return_url: Option<String>,
    pub minutes: Option<i64>,
}

fn find(tx: &mut Tx, cx: &Cx, organization: &str) -> Result<Organization> {
    organizations::find(tx, cx.project(), &OrganizationRef::from(organization.to_owned()))
}

fn shown(link: &SetupLink) -> Result<Value> {
    json_of(link)
}

/// Makes a link: as the API shows it, with its address as `url`.
///
/// # Errors
/// Those of the operation.
pub async fn create(app: &App, project: &str, organization: &str, wanted: Wanted) -> Result<Value> {
    let purposes: Option<Vec<_>> = wanted.purposes.iter().map(|word| Purpose::parse(word)).collect();
    let new = New {
        purposes: purposes.ok_or(ApiError::InvalidSetupLinkPurpose)?,
        roles: wanted.roles,
        contact_email: wanted.contact_email,
        return_url: wanted.return_url,
        minutes: wanted.minutes,
    };
    let organization = organization.to_owned();
    let create = move |tx: &mut Tx, cx: &Cx| {
        let organization = find(tx, cx, &organization)?;
        let (link, url) = operations::create(tx, cx, &organization, new.clone())?;
        let mut shown = shown(&link)?;
        shown["url"] = json!(url);
        Ok(shown)
    };
    projects::by_operator(app, project, create).await
}

/// The links of an organization that are still good, the newest first.
///
/// # Errors
/// `organization_not_found`.
pub async fn list(app: &App, project: &str, organization: &str) -> Result<Page> {
    let organization = organization.to_owned();
    let look = move |tx: &mut Tx, cx: &Cx| {
        let organization = find(tx, cx, &organization)?;
        let rows: Vec<_> = operations::good(tx, cx, &organization)?.iter().map(shown).collect::<Result<_>>()?;
        Ok(Page { total: Some(rows.len() as i64), rows, next: None })
    };
    projects::look_by_operator(app, project, look).await
}

/// Ends a link.
///
/// # Errors
/// `organization_not_found`, `setup_link_not_found`.
pub async fn revoke(app: &App, project: &str, organization: &str, link: &str) -> Result<()> {
    let (organization, link) = (organization.to_owned(), link.to_owned());
    let revoke = move |tx: &mut Tx, cx: &Cx| {
        let organization = find(tx, cx, &organization)?;
        operations::revoke(tx, cx, &organization, &link).map(drop)
    };
    projects::by_operator(app, project, revoke).await
}
