//! Projects: what is registered for each, and pictures of what happens in it.

use super::picture::{Picture, Span, Told, days, logins};
use super::words::{ago, locale_of};
use super::{Place, Shown, show, show_of, within};
use crate::oauth_providers;
use crate::operators::Operator;
use crate::projects;
use crate::search::json_of;
use crate::statistics;
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::time;
use frame::{Call, NoInput, endpoint};
use mail::Locale;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// All projects, for whoever runs this server.
#[endpoint("dashboard.projects", page GET "/dashboard", quiet)]
pub(super) async fn all(cx: Call<Operator>, _input: NoInput) -> Result<Shown> {
    let all = projects::list(&cx.app).await?;
    let told = |project: &projects::Shown| {
        json!({
            "id": project.project_id, "name": project.name, "environment": project.environment,
            "secrets": project.secrets.len(), "redirect_urls": project.redirect_urls.len(),
        })
    };
    let values = json!({ "projects": all.iter().map(told).collect::<Vec<_>>() });
    show(&cx, Place::Projects, "dashboard/projects.html", values).await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct One {
    /// The id of the project.
    project_id: String,
    /// The time that the pictures show: `day`, `week` or `month`.
    #[serde(default)]
    span: String,
    /// What was done: said once more on the page.
    #[serde(default)]
    done: String,
}

/// A project: its credentials, what is registered, its settings, and pictures of what happens in it.
#[endpoint("dashboard.project", page GET "/dashboard/projects/{project_id}", quiet, errors(ProjectNotFound))]
pub(super) async fn one(cx: Call<Operator>, input: One) -> Result<Shown> {
    page_of(&cx, &input.project_id, Span::parse(&input.span), More { done: input.done, ..More::default() }).await
}

/// What the page says besides.
#[derive(Default)]
pub(super) struct More {
    /// What was done.
    pub(super) done: String,
    /// A secret that was just made, which is shown this once.
    pub(super) secret: Option<projects::Secret>,
    /// Why a change was not made, which it was, and what was typed.
    pub(super) problem: Option<String>,
    pub(super) change: String,
    pub(super) value: String,
}

/// The page of a project.
pub(super) async fn page_of(cx: &Call<Operator>, project_id: &str, span: Span, more: More) -> Result<Shown> {
    let (project, own) = within(cx, project_id).await?;
    let (pictures, asked) = (own.clone(), span);
    let locale = locale_of(cx);
    let drawn = own.read(move |tx| draw(tx, &pictures, asked, locale)).await?;
    let shown = projects::show(&cx.app, project.id.as_str()).await?;
    let secrets: Vec<_> = shown.secrets.iter().map(|secret| told_secret(secret, cx.now(), locale)).collect();
    let settings: Vec<_> = json_of(&shown.settings)?.as_object().into_iter().flatten().map(setting).collect();
    let providers = oauth_providers::list(&cx.app, project.id.as_str()).await?;
    let values = json!({
        "title": project.name, "providers": providers,
        "pictures": drawn, "spans": span.choices(&format!("/dashboard/projects/{}", project.id)),
        "public_tokens": shown.public_tokens, "secrets": secrets, "new_secret": more.secret,
        "redirect_urls": shown.redirect_urls, "origins": shown.origins, "settings": settings,
        "is_impersonation_allowed": shown.settings.user_impersonation_enabled,
        "done": done_words(&more.done), "problem": more.problem, "change": more.change, "value": more.value,
    });
    show_of(cx, &project, "dashboard.overview", "dashboard/project.html", values).await
}

fn done_words(done: &str) -> Option<&'static str> {
    match done {
        "added" => Some("dashboard_project.done_added"),
        "allowed" => Some("dashboard_project.done_allowed"),
        "forbidden" => Some("dashboard_project.done_forbidden"),
        "removed" => Some("dashboard_project.done_removed"),
        _ => None,
    }
}

fn draw(tx: &mut Tx, cx: &Cx, span: Span, locale: Locale) -> Result<Vec<Picture>> {
    let since = span.since(cx.now());
    let counted = statistics::logins(tx, &cx.project().id, since)?;
    let active = statistics::active(tx, &cx.project().id, time::after_minutes(cx.now(), -29 * 24 * 60))?;
    Ok(vec![
        logins(locale, Told::Outcomes, &counted, span, cx.now()),
        logins(locale, Told::Methods, &counted, span, cx.now()),
        days(locale, &active, cx.now()),
    ])
}

fn told_secret(secret: &projects::ShownSecret, now: Timestamp, locale: Locale) -> Value {
    json!({ "id": secret.secret_id, "last_four": secret.last_four, "age": secret.made_at().map(|at| ago(locale, at, now)) })
}

fn setting((name, value): (&String, &Value)) -> Value {
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    json!({ "name": name, "value": value })
}
