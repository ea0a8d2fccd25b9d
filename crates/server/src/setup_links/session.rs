//! The session of a browser in which a setup link was opened.

use super::{SetupLink, store};
use crate::organizations::{self, Organization};
use crate::projects;
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::audit::{self, Change, Whose};
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Error, Result};
use foundation::id::{Environment, OrganizationId};
use foundation::keys::token::{Token, TokenKind};
use foundation::project::Project;
use foundation::time;
use frame::{Cookie, Head, SameSite};
use std::sync::Arc;

/// Of one link at a time: another that is opened takes its place.
const COOKIE: &str = "__Host-guildhall_setup";
/// Minutes that a session lasts at most. The link can be opened again.
const MINUTES: i64 = 120;

/// What a browser's session leads to.
pub(super) struct Found {
    pub(super) project: Arc<Project>,
    pub(super) organization: Organization,
    pub(super) link: SetupLink,
    pub(super) token: Token,
}

/// Opens a link: the cookie of a new session. It works as often as it is opened, so that whoever looks at links before people
/// do takes nothing away (threat T-30).
///
/// # Errors
/// `setup_link_required` where it is none, over or revoked.
pub(crate) fn open(tx: &mut Tx, cx: &Cx, token: &str) -> Result<Cookie> {
    let token = Token::parse(TokenKind::SetupLink, token).ok_or(ApiError::SetupLinkRequired)?;
    let hash = token.hash(cx.app.keys());
    let link = locate(tx, &token, |tx, organization| store::find_by_token(tx, organization, &hash))?;
    let link = link.filter(|link| link.expires_at > cx.now()).ok_or(ApiError::SetupLinkRequired)?;
    let (project, organization) = enter(tx, &link)?.ok_or(ApiError::SetupLinkRequired)?;
    let session = Token::generate(TokenKind::SetupSession, organization.organization_id.uuid())?;
    let expires_at = time::after_minutes(cx.now(), MINUTES).min(link.expires_at);
    store::insert_session(tx, &link, &session.hash(cx.app.keys()), expires_at)?;
    let cx = Cx { project, via: Via::SetupLink(link.setup_link_id.uuid()), ..cx.clone() };
    let whose = Whose::Organization(&link.organization_id);
    audit::record(tx, &cx, "setup_link.open", whose, &link.setup_link_id, Change::none())?;
    Ok(cookie(session.to_text(), time::seconds_until(expires_at, cx.now())))
}

/// Ends the session of a browser; the end of its cookie.
pub(crate) fn end(tx: &mut Tx, cx: &Cx, token: &Token, organization: &OrganizationId) -> Result<Cookie> {
    store::delete_session(tx, organization, &token.hash(cx.app.keys()))?;
    Ok(cookie(String::new(), 0))
}

fn cookie(value: String, seconds: i64) -> Cookie {
    Cookie { name: COOKIE.to_owned(), value, seconds, same_site: SameSite::Lax }
}

/// The link that the browser of a request has opened. The transaction enters its project and organization.
pub(super) fn find(tx: &mut Tx, app: &App, head: &Head, now: Timestamp) -> Result<Option<Found>> {
    let Some(token) = head.cookie(COOKIE).and_then(|text| Token::parse(TokenKind::SetupSession, text)) else {
        return Ok(None);
    };
    let hash = token.hash(app.keys());
    let link = locate(tx, &token, |tx, organization| store::find_by_session(tx, organization, &hash, now))?;
    let Some(link) = link else { return Ok(None) };
    let Some((project, organization)) = enter(tx, &link)? else { return Ok(None) };
    Ok(Some(Found { project, organization, link, token }))
}

/// Looks in the organization that a token says. Of which environment that is, it does not say.
fn locate(
    tx: &mut Tx,
    token: &Token,
    mut find: impl FnMut(&mut Tx, &OrganizationId) -> Result<Option<SetupLink>>,
) -> Result<Option<SetupLink>> {
    for environment in [Environment::Live, Environment::Test] {
        let organization = OrganizationId::from_uuid(environment, token.tenant());
        if let Some(link) = tx.visit::<_, Error>(EVERYTHING, |tx| find(tx, &organization))? {
            return Ok(Some(link));
        }
    }
    Ok(None)
}

fn enter(tx: &mut Tx, link: &SetupLink) -> Result<Option<(Arc<Project>, Organization)>> {
    let project = Arc::new(projects::enter(tx, &link.project_id)?);
    let organization = organizations::find_by_id(tx, &project, &link.organization_id)?;
    Ok(organization.map(|organization| (project, organization)))
}
