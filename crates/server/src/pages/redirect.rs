//! The page behind a mailed link. It only reads: whoever opens it, the token stays good.

use super::link_page::link_page;
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
    let (template, status) = match found.url {
        Some(_) => ("redirect.html", StatusCode::OK),
        None => ("link_expired.html", StatusCode::NOT_FOUND),
    };
    let values = json!({
        "target": found.url,
        "end": found.end,
        "app": found.app.filter(|_| found.url.is_none()),
        "is_bound": found.is_bound,
        "is_over": found.url.is_none(),
    });
    let page = link_page(cx, template, status, found.project.as_deref(), found.organization.as_ref(), values)?;
    Ok(Shown::page(if found.url.is_none() { page.refusing(ApiError::MagicLinkNotFound) } else { page }))
}
