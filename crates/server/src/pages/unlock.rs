//! The page behind the link that a locked member is mailed. Opening it changes nothing, because mail scanners do; its button
//! ends the lock.

use super::link_page::link_page;
use super::redirect::MailedLink;
use crate::actor::Anyone;
use crate::attempts::{self, Unlocking};
use axum::http::StatusCode;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, Page, endpoint};
use serde_json::json;

/// Ask whether a lock is to end.
#[endpoint("pages.unlock", page GET "/v1/unlock", errors(MagicLinkNotFound))]
pub(super) fn show(tx: &mut Tx, cx: &Call<Anyone>, link: MailedLink) -> Result<Page> {
    let found = attempts::unlocking(tx, &cx.app, &link.public_token, &link.token, cx.now())?;
    let state = if found.is_possible() { "locked" } else { "over" };
    answer(cx, &found, state, &link)
}

/// End a lock.
#[endpoint("attempts.unlock_by_mail", page POST "/v1/unlock", errors(MagicLinkNotFound))]
pub(super) fn unlock(tx: &mut Tx, cx: &Call<Anyone>, link: MailedLink) -> Result<Page> {
    let mut found = attempts::unlocking(tx, &cx.app, &link.public_token, &link.token, cx.now())?;
    let state = if attempts::unlock(tx, cx, &mut found)? { "unlocked" } else { "over" };
    answer(cx, &found, state, &link)
}

fn answer(cx: &Call<Anyone>, found: &Unlocking, state: &str, link: &MailedLink) -> Result<Page> {
    let is_over = state == "over";
    let values = json!({
        "state": state,
        "is_over": is_over,
        "app": found.app.as_ref().filter(|_| state != "locked"),
        "public_token": link.public_token,
        "token": link.token,
    });
    let status = if is_over { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = link_page(cx, "unlock.html", status, found.project(), found.organization(), values)?;
    Ok(if is_over { page.refusing(ApiError::MagicLinkNotFound) } else { page })
}
