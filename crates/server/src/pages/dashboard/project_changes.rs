//! What is changed of a project on the dashboard: what is registered for it, and its secrets.

use super::picture::Span;
use super::projects::{More, page_of};
use super::{Shown, address, within};
use crate::operators::Operator;
use crate::projects::{self, Settings, Update};
use foundation::error::{ApiError, Error, Result};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Change {
    /// The id of the project.
    project_id: String,
    /// `add_redirect_url`, `remove_redirect_url`, `add_origin`, `remove_origin`, `add_secret`, `remove_secret`,
    /// `allow_impersonation` or `forbid_impersonation`.
    change: String,
    /// The URL, the origin, or the id of the secret.
    #[serde(default)]
    value: String,
}

/// Change what is registered for a project, or its secrets.
#[endpoint(
    "dashboard.change_project",
    page POST "/dashboard/projects/{project_id}",
    errors(ProjectNotFound, InvalidArgument)
)]
pub(super) async fn change(cx: Call<Operator>, input: Change) -> Result<Shown> {
    let (project, own) = within(&cx, &input.project_id).await?;
    let value = input.value.trim().to_owned();
    let one = || vec![value.clone()];
    let (update, done) = match input.change.as_str() {
        "add_redirect_url" => (Update { add_redirect_urls: one(), ..Update::default() }, "added"),
        "remove_redirect_url" => (Update { remove_redirect_urls: one(), ..Update::default() }, "removed"),
        "add_origin" => (Update { add_origins: one(), ..Update::default() }, "added"),
        "remove_origin" => (Update { remove_origins: one(), ..Update::default() }, "removed"),
        "add_secret" => {
            let by = own.clone();
            let secret = own.write(move |tx| projects::add_secret_in(tx, &by)).await?;
            return page_of(&cx, project.id.as_str(), Span::Day, More { secret: Some(secret), ..More::default() })
                .await;
        }
        "allow_impersonation" | "forbid_impersonation" => {
            let is_allowed = input.change == "allow_impersonation";
            let by = own.clone();
            let set = move |settings: &mut Settings| settings.user_impersonation_enabled = is_allowed;
            own.write(move |tx| projects::update_in(tx, &by, &Update::default(), &set)).await?;
            return Ok(back(&input.project_id, if is_allowed { "allowed" } else { "forbidden" }));
        }
        "remove_secret" => {
            let by = own.clone();
            own.write(move |tx| projects::remove_secret_in(tx, &by, &value)).await?;
            return Ok(back(&input.project_id, "removed"));
        }
        _ => return Err(ApiError::InvalidArgument.because("The dashboard knows no such change.")),
    };
    let by = own.clone();
    match own.write(move |tx| projects::update_in(tx, &by, &update, &|_| ())).await {
        Ok(_) => Ok(back(&input.project_id, done)),
        Err(refused @ Error::Api(..)) => {
            let problem = Some(refused.sentence().into_owned());
            let (change, value) = (input.change, input.value);
            let more = More { problem, change, value, ..More::default() };
            page_of(&cx, project.id.as_str(), Span::Day, more).await
        }
        Err(fault) => Err(fault),
    }
}

fn back(project: &str, done: &str) -> Shown {
    Shown::elsewhere(address(&format!("/dashboard/projects/{project}"), &[("done", done)]))
}
