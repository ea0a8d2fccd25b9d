//! What the operator sees of organizations, on the command line.

use super::search::{Search, run};
use super::{Organization, OrganizationRef, operations};
use crate::projects;
use crate::search::{MIN_FUZZY, Page, Part, input, json_of};
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::Result;
use serde_json::{Value, json};

/// The organization with this id, slug or external id, as the API shows it.
///
/// # Errors
/// `organization_not_found`.
pub async fn show(app: &App, project: &str, organization: &str) -> Result<Value> {
    let organization = OrganizationRef::from(organization.to_owned());
    let find = move |tx: &mut Tx, cx: &Cx| json_of(&operations::find(tx, cx.project(), &organization)?);
    projects::look_by_operator(app, project, find).await
}

/// Organizations, oldest first: all of them, or those with this text in their name, their slug or a domain they allow, or
/// with this id, slug, domain, SSO connection or address of a member.
pub async fn search(app: &App, project: &str, text: Option<String>, part: Part) -> Result<Page> {
    let look = move |tx: &mut Tx, cx: &Cx| {
        let operands = text.as_deref().map(anywhere).unwrap_or_default();
        let found = run(tx, cx, &wanted(&operands, &part)?)?;
        let rows = found.organizations.iter().map(json_of).collect::<Result<_>>()?;
        Ok(Page { rows, total: Some(found.results_metadata.total), next: found.results_metadata.next_cursor })
    };
    projects::look_by_operator(app, project, look).await
}

/// Organizations with such members, and where the rest of them begins.
pub(crate) fn with_members(
    tx: &mut Tx,
    cx: &Cx,
    members: Value,
    part: &Part,
) -> Result<(Vec<Organization>, Option<String>)> {
    let found = run(tx, cx, &wanted(&[members], part)?)?;
    Ok((found.organizations, found.results_metadata.next_cursor))
}

fn wanted(operands: &[Value], part: &Part) -> Result<Search> {
    input(json!({
        "limit": part.limit,
        "cursor": part.after,
        "query": { "operator": "OR", "operands": operands },
    }))
}

/// Every filter in which a text can mean an organization. Those that look for parts take no short ones.
fn anywhere(text: &str) -> Vec<Value> {
    let whole = ["organization_ids", "organization_slugs", "allowed_domains", "claimed_email_domains", "member_emails"];
    let parts = ["organization_name_fuzzy", "organization_slug_fuzzy", "allowed_domain_fuzzy"];
    let filter = |name: &str, value: Value| json!({ "filter_name": name, "filter_value": value });
    let mut filters: Vec<_> = whole.map(|name| filter(name, json!([text]))).into();
    filters.push(filter("sso_connection_id", json!(text)));
    if text.chars().count() >= MIN_FUZZY {
        filters.extend(parts.map(|name| filter(name, json!(text))));
    }
    filters
}
