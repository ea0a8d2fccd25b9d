//! Which organization: one that is open to the person, or a new one.

use super::outcome::{arrived, enter, text};
use super::told::{Told, begins_anew, told};
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::pages::shown::Shown;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Show the organizations that are open to the person.
#[endpoint("hosted.organizations", page GET "/login/step/organizations", quiet, errors(..VISITOR))]
pub(super) async fn choose(cx: Call<Anyone>, way: Way) -> Result<Shown> {
    let visitor = Visitor::of(&cx, way).await?;
    page(visitor, None, "").await
}

async fn page(visitor: Visitor, problem: Option<Told>, name: &str) -> Result<Shown> {
    let listed = match visitor.ask("discovery.list", json!({ "intermediate_session_token": visitor.login() })).await {
        Ok(listed) => listed,
        Err(error) if begins_anew(&error) => return anew(visitor, told(error)?).await,
        Err(error) => return Err(error),
    };
    let choice = |open: &Value| {
        let organization = &open["organization"];
        json!({
            "name": "organization_id", "value": organization["organization_id"],
            "label": organization["organization_name"], "how": open["membership"]["type"],
        })
    };
    let open: Vec<_> = listed["discovered_organizations"].as_array().into_iter().flatten().map(choice).collect();
    let may_create = visitor.login().is_some() && visitor.project().settings.create_organization_enabled;
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let values = json!({
        "open": open, "may_create": may_create, "who": listed["email_address"], "problem": problem, "name": name,
    });
    visitor.show("login_organizations.html", status, None, values).await
}

/// Begin again, and say why.
pub(super) async fn anew(mut visitor: Visitor, problem: Told) -> Result<Shown> {
    visitor.forget_login();
    visitor.show("login_problem.html", problem.status, None, json!({ "problem": problem })).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Chosen {
    #[serde(flatten)]
    way: Way,
    /// Which organization.
    #[serde(default)]
    organization_id: String,
}

/// Enter an organization.
#[endpoint("hosted.enter", page POST "/login/step/organizations", errors(..VISITOR))]
pub(super) async fn enter_one(cx: Call<Anyone>, input: Chosen) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    match enter(&visitor, &json!(input.organization_id)).await {
        Ok(answer) => {
            visitor.way.organization = Some(text(&answer["organization"], "organization_slug").to_owned());
            Ok(arrived(visitor, &answer))
        }
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => page(visitor, Some(told(error)?), "").await,
    }
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Named {
    #[serde(flatten)]
    way: Way,
    /// The name of the organization.
    #[serde(default)]
    organization_name: String,
}

/// Create an organization, and enter it as its administrator.
#[endpoint("hosted.create", page POST "/login/step/create", errors(..VISITOR))]
pub(super) async fn create(cx: Call<Anyone>, input: Named) -> Result<Shown> {
    let mut visitor = Visitor::of(&cx, input.way).await?;
    let name = input.organization_name.trim();
    if name.is_empty() {
        return page(visitor, Some(Told::of("login.error_name")), name).await;
    }
    match visitor.ask_to_go_on("discovery.create", json!({ "organization_name": name })).await {
        Ok(answer) => {
            visitor.way.organization = Some(text(&answer["organization"], "organization_slug").to_owned());
            Ok(arrived(visitor, &answer))
        }
        Err(error) if begins_anew(&error) => anew(visitor, told(error)?).await,
        Err(error) => page(visitor, Some(told(error)?), name).await,
    }
}
