//! The first page: an address, and the ways in.

use super::passkey_options;
use super::step::More;
use super::told::{Told, told};
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use super::ways::{Ways, by_connections, by_providers};
use crate::actor::Anyone;
use crate::organizations::AuthMethod;
use crate::pages::shown::Shown;
use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use foundation::time;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Start {
    #[serde(flatten)]
    way: Way,
    /// Whether somebody who is signed in wants to be somebody else.
    #[serde(default)]
    other: bool,
}

/// Sign in on the pages of this server.
///
/// An app sends people here, and gets them back at `redirect_url` with a token, which the SDKs' `magic_links.authenticate` takes.
#[endpoint("hosted.start", page GET "/login", quiet, errors(..VISITOR))]
pub(super) async fn start(cx: Call<Anyone>, input: Start) -> Result<Shown> {
    let visitor = Visitor::of(&cx, input.way).await?;
    begin(visitor, input.other, "/login").await
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct StartIn {
    /// The slug of the organization.
    slug: String,
    #[serde(flatten)]
    start: Start,
}

/// Sign in to one organization on the pages of this server.
#[endpoint("hosted.start_in", page GET "/login/{slug}", quiet, errors(..VISITOR))]
pub(super) async fn start_in(cx: Call<Anyone>, input: StartIn) -> Result<Shown> {
    let way = Way { organization: Some(input.slug), ..input.start.way };
    let visitor = Visitor::of(&cx, way).await?;
    begin(visitor, input.start.other, "/login").await
}

async fn begin(mut visitor: Visitor, is_other: bool, path: &str) -> Result<Shown> {
    if let Some(elsewhere) = visitor.by_another_name(path) {
        return Ok(elsewhere);
    }
    if is_other {
        visitor.forget_login();
    }
    if visitor.login().is_none() {
        // What was asked for went with what was proven.
        visitor.step.more = None;
    }
    let Some(presented) = visitor.signed_in().await?.filter(|_| !is_other) else {
        return page(visitor, Again::No).await;
    };
    let slug = presented.organization.organization_slug.clone();
    if visitor.way.organization().is_some_and(|asked| asked != slug) {
        return page(visitor, Again::No).await;
    }
    if !is_fresh(&visitor, &presented.session.factors) {
        // The same person proves again who they are.
        visitor.way.organization = Some(slug.clone());
        visitor.step.email = presented.member.email_address.to_string();
        visitor.step.more = Some(More { slug, methods: AuthMethod::ALL.to_vec(), passkey: true });
        return page(visitor, Again::No).await;
    }
    if visitor.way.redirect_url().is_none() {
        return Ok(visitor.go("/account"));
    }
    let organization = json!({ "organization_name": presented.organization.organization_name });
    let values = json!({ "who": presented.member.email_address });
    visitor.show("login_signed_in.html", StatusCode::OK, Some(&organization), values).await
}

/// Minutes after which no session stands any more.
const LONGEST: i64 = 527_040;

/// Whether what was proven last is as young as the app wants it.
pub(super) fn is_fresh(visitor: &Visitor, factors: &[crate::factors::Factor]) -> bool {
    let Some(minutes) = visitor.way.max_age_minutes else { return true };
    let newest = factors.iter().map(|factor| factor.last_authenticated_at).max();
    newest.is_some_and(|proven| time::after_minutes(proven, minutes.clamp(1, LONGEST)) > visitor.cx.now())
}

/// Why the page is shown once more.
pub(super) enum Again {
    /// It is not: somebody comes to it.
    No,
    /// What was typed was wrong.
    Typed(Told),
    /// A passkey was not taken; without a reason, what the browser was given for it is over.
    Passkey(Option<Told>),
}

/// The page.
pub(super) async fn page(mut visitor: Visitor, again: Again) -> Result<Shown> {
    let organization = match visitor.organization().await {
        Ok(organization) => organization,
        Err(error) if error.api() == Some(ApiError::OrganizationNotFound) => {
            visitor.way.organization = None;
            let status = StatusCode::NOT_FOUND;
            return visitor.show("login_problem.html", status, None, json!({ "problem": told(error)? })).await;
        }
        Err(error) => return Err(error),
    };
    let ways = Ways::of(&visitor, organization.as_ref())?;
    let connections = organization.as_ref().and_then(|organization| organization["sso_active_connections"].as_array());
    let connections = connections.filter(|_| ways.has(AuthMethod::Sso)).cloned().unwrap_or_default();
    let sso = by_connections(&mut visitor, &connections)?;
    let providers = by_providers(&mut visitor, &ways).await?;
    let passkey =
        if ways.passkey { passkey_options::of_anybody(&visitor, visitor.way.organization()).await? } else { None };
    let asks_at_once = matches!(again, Again::Passkey(None));
    let (typed, passkey_problem) = match again {
        Again::No => (None, None),
        Again::Typed(problem) => (Some(problem), None),
        Again::Passkey(problem) => (None, problem),
    };
    let status = typed.as_ref().or(passkey_problem.as_ref()).map_or(StatusCode::OK, |problem| problem.status);
    let asks_for_more = visitor.way.organization().is_some_and(|slug| visitor.step.more_for(slug).is_some());
    let values = json!({
        "problem": typed,
        "organization": organization,
        "by_mail": ways.by_mail(),
        "by_password": ways.has(AuthMethod::Password),
        "sso": sso,
        "may_find_sso": organization.is_none(),
        "providers": providers,
        "passkey": passkey,
        "passkey_problem": passkey_problem,
        "asks_at_once": asks_at_once,
        "asks_for_more": asks_for_more,
    });
    visitor.show("login.html", status, organization.as_ref(), values).await
}
