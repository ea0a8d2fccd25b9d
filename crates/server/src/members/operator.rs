//! What the operator sees of members, on the command line.

use super::search::{Search, run};
use super::{Member, MemberRef, operations};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::projects;
use crate::search::{Page, Part, input, json_of};
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::MemberId;
use serde_json::{Value, json};

/// A member, as the API shows it: by id, wherever in the project; in an organization also by external id or address.
///
/// # Errors
/// `organization_not_found`, `member_not_found`.
pub async fn show(app: &App, project: &str, organization: Option<String>, member: &str) -> Result<Value> {
    let (organization, member) = (organization.map(OrganizationRef::from), member.to_owned());
    let look = move |tx: &mut Tx, cx: &Cx| json_of(&find(tx, cx, organization.as_ref(), &member)?.1);
    projects::look_by_operator(app, project, look).await
}

/// The member whom an operator means.
///
/// # Errors
/// `organization_not_found`, `member_not_found`.
pub(crate) fn find(
    tx: &mut Tx,
    cx: &Cx,
    organization: Option<&OrganizationRef>,
    member: &str,
) -> Result<(Organization, Member)> {
    let Some(reference) = organization else {
        let id = MemberId::parse(member).ok_or(ApiError::MemberNotFound)?;
        return operations::find_anywhere(tx, cx, &id);
    };
    let organization = organizations::find(tx, cx.project(), reference)?;
    let member = match EmailAddress::parse(member) {
        Ok(email) => operations::find_by_email(tx, &organization, &email)?.ok_or(ApiError::MemberNotFound)?,
        Err(_) => operations::find(tx, &organization, &MemberRef(member.to_owned()))?,
    };
    Ok((organization, member))
}

/// Members of an organization, oldest first: those with one of these statuses, or all that are not deleted; and with this role,
/// if one is given.
pub async fn list(
    app: &App,
    project: &str,
    organization: &str,
    statuses: Vec<String>,
    role: Option<String>,
    part: Part,
) -> Result<Page> {
    let organization = OrganizationRef::from(organization.to_owned());
    let look = move |tx: &mut Tx, cx: &Cx| {
        let mut operands = Vec::new();
        if !statuses.is_empty() {
            operands.push(filter("statuses", json!(statuses)));
        }
        if let Some(role) = &role {
            operands.push(filter("member_roles", json!([role])));
        }
        let found = run(tx, cx, &wanted(&[organization.as_str()], &operands, part.limit, part.after.as_deref())?)?;
        let rows = found.members.iter().map(json_of).collect::<Result<_>>()?;
        Ok(Page { rows, total: Some(found.results_metadata.total), next: found.results_metadata.next_cursor })
    };
    projects::look_by_operator(app, project, look).await
}

/// Members of one organization whose address has this in it.
pub(crate) async fn search_in(cx: &Cx, organization: &Organization, text: &str, part: Part) -> Result<Page> {
    let (by, id) = (cx.clone(), organization.organization_id.clone());
    let operand = filter("member_email_fuzzy", json!(text));
    let look = move |tx: &mut Tx| {
        let found =
            run(tx, &by, &wanted(&[id.as_str()], std::slice::from_ref(&operand), part.limit, part.after.as_deref())?)?;
        let rows = found.members.iter().map(json_of).collect::<Result<_>>()?;
        Ok(Page { rows, total: Some(found.results_metadata.total), next: found.results_metadata.next_cursor })
    };
    cx.scan(look).await
}

/// How many organizations are looked through at once: as many as the search takes.
const AT_ONCE: i64 = 100;

/// Members of all organizations of a project whose address is this, or has this in it. The organizations that have such
/// members are searched first, and then those members in them.
pub async fn search(app: &App, project: &str, text: &str, part: Part) -> Result<Page> {
    let text = text.to_owned();
    let look = move |tx: &mut Tx, cx: &Cx| {
        let (suffix, value) = match EmailAddress::parse(&text) {
            Ok(email) => ("emails", json!([email.as_str()])),
            Err(_) => ("email_fuzzy", json!(text)),
        };
        let members = filter(&format!("member_{suffix}"), value);
        let (from, after) = split(part.after.as_deref());
        let whole = Part { limit: AT_ONCE, after: from.clone() };
        let (organizations, more) = organizations::with_members(tx, cx, members.clone(), &whole)?;
        let ids: Vec<_> = organizations.iter().map(|organization| organization.organization_id.as_str()).collect();
        if ids.is_empty() {
            return Ok(Page { rows: Vec::new(), total: None, next: None });
        }
        let found = run(tx, cx, &wanted(&ids, &[members], part.limit, after.as_deref())?)?;
        let rows = found.members.iter().map(json_of).collect::<Result<_>>()?;
        let next = match (found.results_metadata.next_cursor, more) {
            (Some(members), _) => Some(format!("{} {members}", from.unwrap_or_default())),
            (None, more) => more.map(|organizations| format!("{organizations} ")),
        };
        Ok(Page { rows, total: None, next })
    };
    projects::look_by_operator(app, project, look).await
}

/// Where to go on: among the organizations, and among the members of those that come there.
fn split(after: Option<&str>) -> (Option<String>, Option<String>) {
    let (organizations, members) = after.and_then(|after| after.split_once(' ')).unwrap_or_default();
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    (given(organizations), given(members))
}

fn wanted(organizations: &[&str], operands: &[Value], limit: i64, after: Option<&str>) -> Result<Search> {
    input(json!({
        "organization_ids": organizations,
        "limit": limit,
        "cursor": after,
        "query": { "operator": "AND", "operands": operands },
    }))
}

fn filter(name: &str, value: Value) -> Value {
    json!({ "filter_name": name, "filter_value": value })
}
