//! What pages and links of a project are known by: origins, and redirect URLs with the origins of the pages there.

use super::{origin, store};
use crate::redirect_urls::{self, Flow, Listed, Pattern};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::Environment;

/// How many origins a project has at most.
const MOST: usize = 100;

/// Registers a redirect URL, and with it the origin of the pages there, which are to finish the login.
pub(super) fn add_redirect_url(tx: &mut Tx, cx: &Cx, url: &str, flows: &[Flow]) -> Result<()> {
    let pattern = redirect_urls::register(tx, cx.project(), url, flows)?;
    match pattern.origin() {
        Some(origin) => insert_origin(tx, cx, &origin),
        None => Ok(()),
    }
}

/// Takes a redirect URL away, and its origin with it where no other one leads there.
pub(super) fn remove_redirect_url(tx: &mut Tx, cx: &Cx, url: &str, flows: &[Flow]) -> Result<()> {
    redirect_urls::remove(tx, cx.project(), url, flows)?;
    let origin_of = |url: &str| Pattern::parse(url, cx.project().environment == Environment::Live).ok()?.origin();
    let Some(origin) = origin_of(url) else { return Ok(()) };
    let is_led_to = |listed: &Listed| origin_of(&listed.url).as_ref() == Some(&origin);
    if !redirect_urls::list(tx, cx.project())?.iter().any(is_led_to) {
        store::delete_origin(tx, &cx.project().id, &origin)?;
    }
    Ok(())
}

/// Registers an origin.
pub(super) fn add_origin(tx: &mut Tx, cx: &Cx, text: &str) -> Result<()> {
    insert_origin(tx, cx, &read_origin(text)?)
}

/// An origin as browsers write it.
pub(super) fn read_origin(text: &str) -> Result<String> {
    origin::read(text).map_err(|told| ApiError::InvalidUrl.because(told))
}

fn insert_origin(tx: &mut Tx, cx: &Cx, origin: &str) -> Result<()> {
    store::insert_origin(tx, &cx.project().id, origin)?;
    if store::origins(tx, &cx.project().id)?.len() > MOST {
        let told = format!("A project has at most {MOST} origins. Remove one, or use a wildcard.");
        return Err(ApiError::InvalidArgument.because(told));
    }
    Ok(())
}

/// Takes an origin away.
pub(super) fn remove_origin(tx: &mut Tx, cx: &Cx, text: &str) -> Result<()> {
    let id = &cx.project().id;
    // As it stands there, which an earlier version may have written otherwise; else as browsers write it.
    let other = origin::read(text).unwrap_or_default();
    if store::delete_origin(tx, id, text)? || store::delete_origin(tx, id, &other)? {
        return Ok(());
    }
    let told = format!("{text} is not registered with {id}: see guildhall project show {id}");
    Err(ApiError::InvalidUrl.because(told))
}
