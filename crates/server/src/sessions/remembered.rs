//! What is remembered of sessions, so that checking one again is one short read.
//!
//! Nothing remembered is believed. Each check asks the database for the session and for the revisions of every row the
//! answer was made of; what has changed, anywhere, is read anew. What ended anywhere is refused here at once.

use super::credential::Credential;
use super::{MemberSession, Session, jwt, operations, store};
use crate::error::{ApiError, Error, Result};
use crate::http::{Caller, Cx, Surface};
use crate::id::{MemberId, OrganizationId, SessionId};
use crate::keys::token::{Token, TokenKind};
use crate::members::Member;
use crate::organizations::Organization;
use crate::rendered::Rendered;
use crate::time;
use database::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Bytes of answers that are remembered at most, about: more than 100,000 sessions. Each that is in use and not remembered
/// costs a signature at every check.
const CAPACITY: u64 = 640 << 20;
/// Organizations that are remembered, each once for all its sessions.
const ORGANIZATIONS: usize = 10_000;
/// A JWT is given out again only while this many seconds of it are left. Browsers ask again after three minutes.
const LEFT_FOR_BROWSERS: i64 = 200;
/// The same for backends, which ask when they need one.
const LEFT_FOR_BACKENDS: i64 = 120;
/// At most as many more, by chance, so that sessions that began together do not need new JWTs together.
const SPREAD: u8 = 60;

/// The sessions that this process has answered for.
pub(crate) struct RememberedSessions {
    /// By the hash of the token.
    sessions: Cache<[u8; 32], Arc<Remembered>, Bytes>,
    organizations: Cache<OrganizationId, (Revision, Rendered<Organization>)>,
}

impl RememberedSessions {
    pub(crate) fn new() -> Self {
        Self { sessions: Cache::with_weighter(100_000, CAPACITY, Bytes), organizations: Cache::new(ORGANIZATIONS) }
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<[u8; 32], Arc<Remembered>> for Bytes {
    fn weight(&self, _: &[u8; 32], known: &Arc<Remembered>) -> u64 {
        known.bytes() as u64
    }
}

/// How often a row was changed, and when the last time: a program before this one does not count.
type Revision = (i64, Timestamp);

/// The rows that an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Revisions {
    pub(super) session: i64,
    pub(super) member: Revision,
    pub(super) organization: Revision,
}

/// What the database says of a session each time.
pub(super) struct Standing {
    pub(super) revisions: Revisions,
    pub(super) expires_at: Timestamp,
    pub(super) last_accessed_at: Timestamp,
}

/// The parts of the answer to a check.
pub(crate) struct Remembered {
    revisions: Revisions,
    organization_id: OrganizationId,
    member_session_id: SessionId,
    /// The session as JSON, up to when it was last used, and from there.
    member_session: (Box<str>, Box<str>),
    /// Seconds since 1970.
    jwt_expires: i64,
    /// Seconds, less than [`SPREAD`].
    spread: u8,
    pub(super) member_id: Rendered<MemberId>,
    pub(super) session_token: Rendered<String>,
    pub(super) session_jwt: Rendered<String>,
    pub(super) member: Rendered<Member>,
    pub(super) organization: Rendered<Organization>,
}

impl Remembered {
    /// The session's token.
    pub(crate) fn token(&self) -> &str {
        unquoted(&self.session_token)
    }

    /// A JWT of the session.
    pub(crate) fn jwt(&self) -> &str {
        unquoted(&self.session_jwt)
    }

    /// The session, used now.
    pub(super) fn member_session(&self, now: Timestamp) -> Result<Rendered<MemberSession>> {
        let (before, after) = &self.member_session;
        Rendered::from_json([before, time::to_text(now).as_str(), after].concat())
    }

    fn has_fresh_jwt<C: Caller>(&self, cx: &Cx<C>) -> bool {
        let left = self.jwt_expires - cx.now().0.div_euclid(1_000_000);
        let least = if cx.head.surface == Surface::Browser { LEFT_FOR_BROWSERS } else { LEFT_FOR_BACKENDS };
        left > least + i64::from(self.spread)
    }

    /// Memory, without what is shared.
    fn bytes(&self) -> usize {
        let texts = [self.member_id.json(), self.session_token.json(), self.session_jwt.json(), self.member.json()];
        let session = self.member_session.0.len() + self.member_session.1.len();
        let ids = self.organization_id.as_str().len() + self.member_session_id.as_str().len();
        size_of::<Self>() + texts.iter().map(|text| text.len()).sum::<usize>() + session + ids
    }
}

/// A token as JSON has quotes around it, and nothing in it that JSON writes otherwise.
fn unquoted(token: &Rendered<String>) -> &str {
    token.json().trim_matches('"')
}

/// The answer for a session token, if it is remembered and still true.
///
/// # Errors
/// `session_not_found` when the session has ended.
pub(super) async fn recall<C: Caller>(cx: &Cx<C>, credential: &Credential) -> Result<Option<Arc<Remembered>>> {
    let Credential::Token(text) = credential else { return Ok(None) };
    let Some(token) = Token::parse(TokenKind::Session, text) else { return Ok(None) };
    let (app, project) = (&cx.app, cx.project());
    let hash = token.hash(app.keys());
    let Some(known) = app.remembered_sessions().sessions.get(&hash) else { return Ok(None) };
    let standing = store::standing(app.db(), &project.id, &known.organization_id, &hash).await?;
    let standing = standing.filter(|standing| standing.expires_at > cx.now()).ok_or(ApiError::SessionNotFound)?;
    if known.revisions != standing.revisions || !known.has_fresh_jwt(cx) {
        return Ok(None);
    }
    app.touched().note(&known.organization_id, &known.member_session_id, standing.last_accessed_at, cx.now());
    Ok(Some(known))
}

/// Remembers a session that was just read or made, with a JWT: the one that is known if nothing has changed, or else
/// a new one.
pub(crate) async fn remember<C: Caller>(
    cx: &Cx<C>,
    session: &Session,
    member: &Member,
    organization: &Organization,
) -> Result<Arc<Remembered>> {
    let token = session.token(&cx.app);
    let hash = token.hash(cx.app.keys());
    let cache = cx.app.remembered_sessions();
    let revisions = Revisions {
        session: session.revision,
        member: (member.revision, member.updated_at),
        organization: (organization.revision, organization.updated_at),
    };
    let known = cache.sessions.get(&hash);
    if let Some(known) = known.filter(|known| known.revisions == revisions && known.has_fresh_jwt(cx)) {
        return Ok(known);
    }
    let shown = operations::show(session, member, organization);
    let (jwt, jwt_expires) = jwt::sign(&cx.app, cx.project(), &shown, cx.now()).await?;
    let remembered = Arc::new(Remembered {
        revisions,
        organization_id: session.organization_id.clone(),
        member_session_id: session.member_session_id.clone(),
        member_session: around_last_use(&shown)?,
        jwt_expires,
        spread: hash[0] % SPREAD,
        member_id: Rendered::new(&session.member_id)?,
        session_token: Rendered::new(&token.to_text())?,
        session_jwt: Rendered::new(&jwt)?,
        member: Rendered::new(member)?,
        organization: rendered_organization(cache, organization)?,
    });
    cache.sessions.insert(hash, remembered.clone());
    Ok(remembered)
}

fn rendered_organization(cache: &RememberedSessions, organization: &Organization) -> Result<Rendered<Organization>> {
    let revision = (organization.revision, organization.updated_at);
    let known = cache.organizations.get(&organization.organization_id);
    if let Some((_, rendered)) = known.filter(|(of, _)| *of == revision) {
        return Ok(rendered);
    }
    let rendered = Rendered::new(organization)?;
    cache.organizations.insert(organization.organization_id.clone(), (revision, rendered.clone()));
    Ok(rendered)
}

/// The JSON of a session before and after the time of its last use.
fn around_last_use(session: &MemberSession) -> Result<(Box<str>, Box<str>)> {
    let json = serde_json::to_string(session).map_err(|e| Error::Internal(Box::new(e)))?;
    let field = format!("\"last_accessed_at\":\"{}\"", time::to_text(session.last_accessed_at));
    // What a client chooses comes after it, or cannot hold quotes.
    let (before, after) = json.split_once(&field).ok_or_else(|| Error::internal("a session without its last use"))?;
    Ok((format!("{before}\"last_accessed_at\":\"").into(), format!("\"{after}").into()))
}
