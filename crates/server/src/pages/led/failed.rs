use super::super::errors::problem;
use super::{Led, On};
use crate::begun::WayBack;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use serde_json::json;

/// The page for somebody whose login came to nothing: what was wrong, what to do, and the way back to the app.
///
/// # Errors
/// Faults of ours, which every page tells alike.
pub(in crate::pages) async fn failed(
    cx: &Cx,
    error: Error,
    mut find: impl FnMut(&mut Tx, &Cx) -> Result<WayBack> + Send + 'static,
) -> Result<Led> {
    let Error::Api(refusal, message) = &error else { return Err(error) };
    let asked = cx.clone();
    let Ok(WayBack { app, project_name }) = cx.read(move |tx| find(tx, &asked)).await else { return Err(error) };
    let values = json!({
        "title": "You are not signed in",
        "message": message.as_deref().unwrap_or(refusal.message()),
        "is_of_login": true,
        "app": app,
        "project_name": project_name,
    });
    Ok(Led { on: On::Page(problem(&cx.app, *refusal, &cx.request_id, values)?), cookie: None })
}
