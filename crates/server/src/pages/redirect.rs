//! The page behind a mailed link. It only reads: whoever opens it, the token stays good.

use super::render::page;
use super::shown::Shown;
use crate::actor::Anyone;
use crate::magic_links;
use crate::redirect_urls;
use axum::http::StatusCode;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What stands in a mailed link.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MailedLink {
    /// The public token of the project.
    #[serde(default)]
    pub(super) public_token: String,
    /// The token of the link.
    #[serde(default)]
    pub(super) token: String,
}

/// The page behind a mailed link, which leads on to the app.
#[endpoint("pages.redirect", page GET "/v1/magic_links/redirect", errors(MagicLinkNotFound))]
pub(super) fn redirect(tx: &mut Tx, cx: &Call<Anyone>, link: MailedLink) -> Result<Shown> {
    let found = magic_links::target(tx, &cx.app, &link.public_token, &link.token, cx.now())?;
    // Our own page asks by itself, and uses nothing up by being opened either.
    if let Some(url) = found.url.as_ref().filter(|url| redirect_urls::is_arrival(&cx.app, url)) {
        return Ok(Shown::elsewhere(url.clone()));
    }
    let values = json!({
        "target": found.url,
        "project_name": found.project_name.unwrap_or_default(),
        "organization_name": found.organization_name.unwrap_or_default(),
        "end": found.end,
        "app": found.app,
        "is_bound": found.is_bound,
    });
    match found.url {
        Some(_) => page(&cx.app, "redirect.html", StatusCode::OK, &values),
        None => page(&cx.app, "link_expired.html", StatusCode::NOT_FOUND, &values)
            .map(|page| page.refusing(ApiError::MagicLinkNotFound)),
    }
    .map(Shown::page)
}
