//! Where a mailed link leads on to.

use crate::one_time_tokens::{self, OneTimeToken, Purpose};
use crate::organizations::{self, Organization};
use crate::projects;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::error::Result;
use foundation::keys::token::{Token, TokenKind};

/// For the page behind a mailed link.
#[derive(Default)]
pub(crate) struct Target {
    /// The registered redirect URL with the token; `None` when the link is unknown, used or expired.
    pub(crate) url: Option<String>,
    pub(crate) project_name: Option<String>,
    pub(crate) organization_name: Option<String>,
}

/// Looks a link up without using it.
pub(crate) fn target(tx: &mut Tx, app: &App, public_token: &str, token: &str, now: Timestamp) -> Result<Target> {
    let mut found = Target::default();
    let Some(project) = projects::by_public_token(app, tx, public_token)? else { return Ok(found) };
    found.project_name = Some(project.name.clone());
    let kinds = [TokenKind::MagicLink, TokenKind::Discovery];
    let parsed = kinds.into_iter().find_map(|kind| Token::parse(kind, token).map(|token| (kind, token)));
    let Some((kind, token)) = parsed else { return Ok(found) };
    let stored = one_time_tokens::look_up(tx, &project, kind, &token, &token.hash(app.keys()))?;
    let Some(stored) = stored.filter(|stored| stored.is_usable(now)) else { return Ok(found) };
    let organization = match stored.organization_id() {
        Some(id) => match organizations::find_by_id(tx, &project, &id)? {
            Some(organization) => Some(organization),
            // It is gone, and with it what was mailed for it.
            None => return Ok(found),
        },
        None => None,
    };
    found.url = url(&stored, organization.as_ref(), &token);
    found.organization_name = organization.map(|organization| organization.organization_name);
    Ok(found)
}

fn url(stored: &OneTimeToken, organization: Option<&Organization>, token: &Token) -> Option<String> {
    let mut url = url::Url::parse(&stored.redirect_url).ok()?;
    let mut query = url.query_pairs_mut();
    if let Some(organization) = organization {
        query.append_pair("slug", &organization.organization_slug);
    }
    let redirect_type = if stored.purpose == Purpose::Discovery { "discovery" } else { "login" };
    query.append_pair("stytch_redirect_type", redirect_type);
    query.append_pair("stytch_token_type", token_type(stored.purpose));
    query.append_pair("token", &token.to_text());
    drop(query);
    Some(url.into())
}

/// What the app is told to do with the token (`stytch_token_type`).
pub(super) fn token_type(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Discovery => "discovery",
        Purpose::Login | Purpose::Invite | Purpose::EmailUpdate => "multi_tenant_magic_links",
    }
}
