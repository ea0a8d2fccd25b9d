//! Where somebody goes whose login came to nothing: who only reads what was wrong would not know where to begin anew.

use crate::redirect_urls;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::project::Project;
use std::sync::Arc;

/// The app that they wanted to log in to, as far as it is known.
#[derive(Default)]
pub(crate) struct WayBack {
    pub(crate) app: Option<String>,
    pub(crate) project: Option<Arc<Project>>,
}

impl WayBack {
    /// That of a login which would have ended at this URL, or of the project.
    pub(crate) fn find(tx: &mut Tx, cx: &Cx, redirect_url: Option<String>) -> Result<Self> {
        let begins_at = |url: &str| redirect_urls::beginning_of(&cx.app, url).or_else(|| redirect_urls::app_of(url));
        let app = match redirect_url.as_deref().and_then(begins_at) {
            Some(app) => Some(app),
            None => redirect_urls::app_of_project(tx, &cx.app, cx.project())?,
        };
        Ok(Self { app, project: Some(cx.project.clone()) })
    }
}
