//! Where a mailed link leads on to.

use crate::members::{self, Status};
use crate::one_time_tokens::{self, OneTimeToken, Purpose};
use crate::organizations::{self, Organization};
use crate::projects;
use crate::redirect_urls;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::error::{ApiError, Result};
use foundation::keys::token::{Token, TokenKind};
use foundation::project::Project;
use serde::Serialize;
use std::sync::Arc;

/// For the page behind a mailed link.
#[derive(Default)]
pub(crate) struct Target {
    /// The registered redirect URL with the token; `None` when the link is unknown, used or expired.
    pub(crate) url: Option<String>,
    pub(crate) project: Option<Arc<Project>>,
    pub(crate) organization: Option<Organization>,
    /// What the link is when it leads nowhere.
    pub(crate) end: End,
    /// Where the app is, without any token.
    pub(crate) app: Option<String>,
    /// Whether it works only where the browser has the code verifier that it was asked for with (RFC 7636).
    pub(crate) is_bound: bool,
}

/// Why a link does not lead on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// Not copied completely, long over, or revoked.
    #[default]
    Unknown,
    Used,
    Expired,
    /// An invitation of somebody who is a member by now.
    Accepted,
    /// An invitation that nobody has accepted in time.
    NotAccepted,
}

/// Looks a link up without using it.
pub(crate) fn target(tx: &mut Tx, app: &App, public_token: &str, token: &str, now: Timestamp) -> Result<Target> {
    let mut found = Target::default();
    let Some(project) = projects::by_public_token(app, tx, public_token)? else { return Ok(found) };
    found.project = Some(project.clone());
    let kinds =
        [TokenKind::MagicLink, TokenKind::Discovery, TokenKind::PasswordReset, TokenKind::DiscoveryPasswordReset];
    let parsed = kinds.into_iter().find_map(|kind| Token::parse(kind, token).map(|token| (kind, token)));
    let stored = match &parsed {
        Some((kind, token)) => one_time_tokens::look_up(tx, &project, *kind, token, &token.hash(app.keys()))?,
        None => None,
    };
    found.app = match stored.as_ref().and_then(|stored| redirect_urls::app_of(&stored.redirect_url)) {
        Some(app) => Some(app),
        None => redirect_urls::app_of_project(tx, app, &project)?,
    };
    let (Some((_, token)), Some(stored)) = (parsed, stored) else { return Ok(found) };
    let organization = match stored.organization_id() {
        Some(id) => match organizations::find_by_id(tx, &project, &id)? {
            Some(organization) => Some(organization),
            // It is gone, and with it what was mailed for it.
            None => return Ok(found),
        },
        None => None,
    };
    if stored.is_usable(now) {
        found.url = url(&stored, organization.as_ref(), &token);
        found.is_bound = stored.pkce_code_challenge.is_some();
    } else {
        found.end = end(tx, &stored, organization.as_ref())?;
    }
    found.organization = organization;
    Ok(found)
}

fn end(tx: &mut Tx, stored: &OneTimeToken, organization: Option<&Organization>) -> Result<End> {
    if let (Purpose::Invite, Some(organization), Some(id)) = (stored.purpose, organization, &stored.member_id) {
        return match members::find_by_id(tx, organization, id) {
            Ok(member) if member.status == Status::Active => Ok(End::Accepted),
            Ok(_) => Ok(End::NotAccepted),
            Err(error) if error.api() == Some(ApiError::MemberNotFound) => Ok(End::Unknown),
            Err(error) => Err(error),
        };
    }
    Ok(if stored.is_used() { End::Used } else { End::Expired })
}

fn url(stored: &OneTimeToken, organization: Option<&Organization>, token: &Token) -> Option<String> {
    let mut url = url::Url::parse(&stored.redirect_url).ok()?;
    let mut query = url.query_pairs_mut();
    if let Some(organization) = organization {
        query.append_pair("slug", &organization.organization_slug);
    }
    let redirect_type = match stored.purpose {
        Purpose::Discovery => "discovery",
        purpose if purpose.is_password_reset() => "reset_password",
        _ => "login",
    };
    query.append_pair("stytch_redirect_type", redirect_type);
    query.append_pair("stytch_token_type", token_type(stored.purpose));
    query.append_pair("token", &token.to_text());
    drop(query);
    Some(url.into())
}

/// What the app is told to do with the token (`stytch_token_type`).
pub(super) fn token_type(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Discovery | Purpose::DiscoveryPasswordReset => "discovery",
        Purpose::PasswordReset => "multi_tenant_passwords",
        Purpose::Impersonation => "multi_tenant_impersonation",
        // An unlocking link leads to a page of its own, and never here.
        Purpose::Login
        | Purpose::Invite
        | Purpose::EmailUpdate
        | Purpose::Handover
        | Purpose::UnlockPrimary
        | Purpose::UnlockSecond => "multi_tenant_magic_links",
    }
}
