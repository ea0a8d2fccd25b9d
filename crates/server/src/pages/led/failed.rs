use super::super::colours::Looks;
use super::super::errors::problem;
use super::super::phrases::language;
use super::super::shown::Shown;
use crate::actor::Anyone;
use crate::begun::WayBack;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use frame::Call;
use serde_json::json;

/// The page for somebody whose login came to nothing: what was wrong, what to do, and the way back to the app.
///
/// # Errors
/// Faults of ours, which every page tells alike.
pub(in crate::pages) async fn failed(
    call: &Call<Anyone>,
    error: Error,
    mut find: impl FnMut(&mut Tx, &Cx) -> Result<WayBack> + Send + 'static,
) -> Result<Shown> {
    let Error::Api(refusal, message) = &error else { return Err(error) };
    let cx = call.context();
    let asked = cx.clone();
    let Ok(WayBack { app, project }) = cx.read(move |tx| find(tx, &asked)).await else { return Err(error) };
    let mut values = json!({
        "phrase": "links.failed_title",
        "message": message.as_deref().unwrap_or(refusal.message()),
        "is_of_login": true,
        "app": app,
        "project_name": project.as_ref().map(|project| &project.name),
    });
    if let Some(project) = &project {
        Looks::of(project, None).dress(&mut values);
    }
    let page = problem(&cx.app, language(&call.head, None), *refusal, &cx.request_id, values)?;
    Ok(Shown::page(page))
}
