//! The first page: an address, and the ways in.

use super::told::{Told, told};
use super::visitor::{VISITOR, Visitor};
use super::way::Way;
use crate::actor::Anyone;
use crate::pages::shown::Shown;
use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use foundation::time;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

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
    let Some(presented) = visitor.signed_in().await?.filter(|_| !is_other) else { return page(visitor, None).await };
    let slug = presented.organization.organization_slug.clone();
    if visitor.way.organization().is_some_and(|asked| asked != slug) {
        return page(visitor, None).await;
    }
    if !is_fresh(&visitor, &presented.session.factors) {
        // The same person proves again who they are.
        visitor.way.organization = Some(slug);
        visitor.step.email = presented.member.email_address.to_string();
        visitor.step.asks_for_more = true;
        return page(visitor, None).await;
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

/// The ways in.
pub(super) struct Ways {
    link: bool,
    code: bool,
    password: bool,
    sso: bool,
}

impl Ways {
    /// Those that an organization lets its members take; without one, all.
    pub(super) fn of(visitor: &Visitor, organization: Option<&Value>) -> Self {
        let Some(organization) = organization else {
            // Without an organization a password is nobody's, unless it is an address's.
            let password = visitor.project().settings.cross_org_passwords_enabled;
            return Self { link: true, code: true, password, sso: true };
        };
        let allowed = organization["allowed_auth_methods"].as_array();
        let allows = |method: &str| {
            let is_listed = allowed.is_some_and(|known| known.iter().any(|known| known == method));
            organization["auth_methods"] != "RESTRICTED" || is_listed
        };
        Self { link: allows("magic_link"), code: allows("email_otp"), password: allows("password"), sso: allows("sso") }
    }

    /// How a mail proves an address here; nothing where it does not.
    pub(super) fn by_mail(&self) -> &'static str {
        match (self.link, self.code) {
            (true, _) => "link",
            (false, true) => "code",
            (false, false) => "",
        }
    }

    /// Whether codes of mails are taken.
    pub(super) fn takes_codes(&self) -> bool {
        self.code
    }
}

/// The page, with what was wrong.
pub(super) async fn page(mut visitor: Visitor, problem: Option<Told>) -> Result<Shown> {
    let organization = match visitor.organization().await {
        Ok(organization) => organization,
        Err(error) if error.api() == Some(ApiError::OrganizationNotFound) => {
            visitor.way.organization = None;
            let status = StatusCode::NOT_FOUND;
            return visitor.show("login_problem.html", status, None, json!({ "problem": told(error)? })).await;
        }
        Err(error) => return Err(error),
    };
    let ways = Ways::of(&visitor, organization.as_ref());
    let connections = organization.as_ref().and_then(|organization| organization["sso_active_connections"].as_array());
    let connections = connections.filter(|_| ways.sso).cloned().unwrap_or_default();
    let sso = links(&mut visitor, &connections)?;
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let values = json!({
        "problem": problem,
        "organization": organization,
        "by_mail": ways.by_mail(),
        "by_password": ways.password,
        "sso": sso,
        "may_find_sso": organization.is_none(),
        "asks_for_more": visitor.step.asks_for_more,
    });
    visitor.show("login.html", status, organization.as_ref(), values).await
}

/// Where logins by these connections begin.
pub(super) fn links(visitor: &mut Visitor, connections: &[Value]) -> Result<Vec<Value>> {
    let challenge = match connections.is_empty() {
        true => None,
        false => visitor.challenge(visitor.project().settings.pkce_required_for_sso)?,
    };
    let link = |connection: &Value| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("public_token", visitor.public_token());
        query.append_pair("connection_id", connection["connection_id"].as_str().unwrap_or_default());
        query.append_pair("login_redirect_url", &visitor.arrival());
        query.append_pair("signup_redirect_url", &visitor.arrival());
        if let Some(challenge) = &challenge {
            query.append_pair("pkce_code_challenge", challenge);
        }
        json!({ "label": connection["display_name"], "href": format!("/v1/public/sso/start?{}", query.finish()), "icon": "key" })
    };
    Ok(connections.iter().map(link).collect())
}
