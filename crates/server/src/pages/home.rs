//! The page that says what this is, and to a developer on this machine how to begin.

use super::outbox::{is_of_this_machine, may_see};
use super::render::page;
use crate::actor::Anyone;
use crate::projects;
use axum::http::StatusCode;
use foundation::error::Result;
use frame::{Call, NoInput, Page, Plain, endpoint};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// How many projects the first steps are told for: the newest.
const SHOWN: usize = 3;

/// What this is, and where to go on.
///
/// Whoever asks from this machine, of a server that has no other name, is its developer: they are told the first steps, with
/// the ids and public tokens of their projects. Secrets are kept as hashes, so nobody is.
#[endpoint("pages.home", page GET "/", quiet)]
pub(super) async fn home(cx: Call<Anyone>, _input: NoInput) -> Result<Page> {
    let projects = if is_of_this_machine(&cx.app, &cx.head) { newest(&cx).await? } else { Vec::new() };
    let values = json!({
        "outbox": may_see(&cx), "version": env!("CARGO_PKG_VERSION"), "public_url": cx.app.public_url(), "projects": projects,
    });
    page(&cx.app, "home.html", StatusCode::OK, &values)
}

async fn newest(cx: &Call<Anyone>) -> Result<Vec<Value>> {
    let mut projects = projects::list(&cx.app).await?;
    // An id begins with the time.
    projects.sort_by_key(|project| Reverse(project.project_id.uuid()));
    let told = |project: projects::Shown| {
        let secrets: Vec<_> = project.secrets.iter().map(|secret| secret.last_four.as_str()).collect();
        json!({
            "project_id": project.project_id, "name": project.name, "public_token": project.public_tokens.first(),
            "secrets": secrets, "origins": project.origins,
            "redirect_urls": project.redirect_urls.iter().map(|listed| listed.url.as_str()).collect::<Vec<_>>(),
        })
    };
    Ok(projects.into_iter().take(SHOWN).map(told).collect())
}

/// That there is no icon.
#[endpoint("pages.favicon", plain GET "/favicon.ico" -> 204, quiet)]
pub(super) async fn favicon(_cx: Call<Anyone>, _input: NoInput) -> Result<Plain> {
    Ok(Plain::text(StatusCode::NO_CONTENT, ""))
}
