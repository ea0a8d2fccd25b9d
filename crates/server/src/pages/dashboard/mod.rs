//! The dashboard of whoever runs the installation. It does what it does through the operations that the API and the command line
//! have, as the operator who is signed in: the audit log of a project tells who that was.

mod audit;
mod branding;
mod explain;
mod health;
mod impersonation;
mod members;
mod operators;
mod organizations;
mod outbox;
mod passkeys;
mod picture;
mod project_changes;
mod projects;
mod settings;
mod sign_in;
mod words;

use super::phrases::say;
use super::render::page_in;
use super::shown::Shown;
use crate::operators::Operator;
use crate::organizations::{self as tenants, Organization, OrganizationRef};
use crate::projects as apps;
use axum::http::StatusCode;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::ProjectId;
use foundation::project::Project;
use frame::{Call, Endpoint};
use serde_json::{Value, json};
use std::sync::Arc;
use words::locale_of;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        sign_in::form::endpoint(),
        sign_in::sign_in::endpoint(),
        sign_in::with_passkey::endpoint(),
        sign_in::sign_out::endpoint(),
        projects::all::endpoint(),
        projects::one::endpoint(),
        project_changes::change::endpoint(),
        branding::of_project::endpoint(),
        branding::change_project::endpoint(),
        branding::of_organization::endpoint(),
        branding::change_organization::endpoint(),
        organizations::all::endpoint(),
        organizations::one::endpoint(),
        settings::form::endpoint(),
        settings::change::endpoint(),
        explain::explain::endpoint(),
        members::all::endpoint(),
        members::one::endpoint(),
        members::change::endpoint(),
        impersonation::begin::endpoint(),
        audit::events::endpoint(),
        outbox::messages::endpoint(),
        outbox::message::endpoint(),
        health::health::endpoint(),
        operators::all::endpoint(),
        passkeys::all::endpoint(),
        passkeys::new::endpoint(),
        passkeys::change::endpoint(),
    ]
}

/// Where in the dashboard one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Projects,
    Outbox,
    Health,
    Operators,
}

/// A page of the dashboard, with what stands around all of them.
async fn show(cx: &Call<Operator>, place: Place, template: &str, mut values: Value) -> Result<Shown> {
    Operator::touch(cx).await?;
    let item = |at: Place, href: &str, phrase: &str, icon: &str| json!({ "href": href, "phrase": phrase, "icon": icon, "current": at == place });
    values["brand"] = "Guildhall".into();
    values["nav"] = json!([
        item(Place::Projects, "/dashboard", "dashboard.projects", "building"),
        item(Place::Outbox, "/dashboard/outbox", "dashboard.outbox", "mail"),
        item(Place::Health, "/dashboard/health", "dashboard.health", "info"),
        item(Place::Operators, "/dashboard/operators", "dashboard.operators", "people"),
    ]);
    values["signed_in_as"] = cx.caller.account.email_address.as_str().into();
    let page = page_in(&cx.app, locale_of(cx), template, StatusCode::OK, &values)?;
    Ok(Shown::page(page))
}

/// A page of a project: its values, and the tabs above it.
async fn show_of(
    cx: &Call<Operator>,
    project: &Project,
    tab: &str,
    template: &str,
    mut values: Value,
) -> Result<Shown> {
    let base = format!("/dashboard/projects/{}", project.id);
    let locale = locale_of(cx);
    let item = |name: &str, path: &str| json!({ "href": format!("{base}{path}"), "label": say(locale, name, &[]), "current": name == tab });
    values["base"] = base.as_str().into();
    values["project"] = json!({ "id": project.id, "name": project.name, "environment": project.environment });
    values["tabs"] = json!([
        item("dashboard.overview", ""),
        item("dashboard.organizations", "/organizations"),
        item("dashboard.branding", "/branding"),
        item("dashboard.audit", "/audit"),
    ]);
    show(cx, Place::Projects, template, values).await
}

/// The project of a page, and what the operator does in it.
async fn within(cx: &Call<Operator>, project: &str) -> Result<(Arc<Project>, Cx)> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let project = apps::find(&cx.app, Some(id)).await?;
    let own = Operator::within(cx, project.clone());
    Ok((project, own))
}

/// The organization of a page. The transaction enters it.
fn organization(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Organization> {
    tenants::find(tx, cx.project(), &OrganizationRef::from(id.to_owned()))
}

/// An address on this server, with a query of what is not empty.
fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    query.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
        text.append_pair(name, value);
    });
    let query = text.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
