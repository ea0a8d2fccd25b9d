//! The page behind the link that a locked member is mailed. Opening it changes nothing, because mail scanners do; its button
//! ends the lock.

use super::redirect::MailedLink;
use super::render::page;
use crate::actor::Anyone;
use crate::attempts::{self, Unlocking};
use axum::http::StatusCode;
use database::Tx;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Call, Page, endpoint};
use serde_json::json;

/// Ask whether a lock is to end.
#[endpoint("pages.unlock", page GET "/v1/unlock", errors(MagicLinkNotFound))]
pub(super) fn show(tx: &mut Tx, cx: &Call<Anyone>, link: MailedLink) -> Result<Page> {
    let found = attempts::unlocking(tx, &cx.app, &link.public_token, &link.token, cx.now())?;
    let state = if found.is_possible() { "locked" } else { "over" };
    answer(&cx.app, &found, state, &link)
}

/// End a lock.
#[endpoint("attempts.unlock_by_mail", page POST "/v1/unlock", errors(MagicLinkNotFound))]
pub(super) fn unlock(tx: &mut Tx, cx: &Call<Anyone>, link: MailedLink) -> Result<Page> {
    let mut found = attempts::unlocking(tx, &cx.app, &link.public_token, &link.token, cx.now())?;
    let state = if attempts::unlock(tx, cx, &mut found)? { "unlocked" } else { "over" };
    answer(&cx.app, &found, state, &link)
}

fn answer(app: &App, found: &Unlocking, state: &str, link: &MailedLink) -> Result<Page> {
    let values = json!({
        "state": state,
        "project_name": found.project_name(),
        "organization_name": found.organization_name(),
        "app": found.app,
        "public_token": link.public_token,
        "token": link.token,
    });
    match state {
        "over" => Ok(page(app, "unlock.html", StatusCode::NOT_FOUND, &values)?.refusing(ApiError::MagicLinkNotFound)),
        _ => page(app, "unlock.html", StatusCode::OK, &values),
    }
}
