//! What is remembered of sessions, so that checking one again reads next to nothing.
//!
//! Nothing remembered is believed. Each check asks the database what has changed, on any node. If that may concern a row
//! the answer was made of, it asks for the revisions of them all, and what did change is read anew. What ended anywhere
//! is refused here at once.

use super::credential::Credential;
use super::jwt::{self, Jwt};
use super::{MemberSession, Session, operations, store};
use crate::error::{ApiError, Error, Result};
use crate::http::{Caller, Cx, Surface};
use crate::id::{MemberId, OrganizationId, ProjectId, SessionId};
use crate::keys::token::{Token, TokenKind};
use crate::members::Member;
use crate::organizations::Organization;
use crate::rendered::Rendered;
use crate::time;
use database::{RowKey, Timestamp};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// With room for so many bytes of sessions.
    pub(crate) fn new(bytes: u64) -> Self {
        Self { sessions: Cache::with_weighter(100_000, bytes, Bytes), organizations: Cache::new(ORGANIZATIONS) }
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<[u8; 32], Arc<Remembered>> for Bytes {
    fn weight(&self, _: &[u8; 32], known: &Arc<Remembered>) -> u64 {
        known.bytes() as u64
    }
}

/// How often a row was changed, and a time that changes with it where a program before this one does not count: the last
/// change, or a session's end.
type Revision = (i64, Timestamp);

/// The rows that an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Revisions {
    pub(super) session: Revision,
    pub(super) member: Revision,
    pub(super) organization: Revision,
}

/// The parts of the answer to a check.
pub(crate) struct Remembered {
    /// The rows it was made of, and how often they had changed when it was last compared with them.
    rows: [RowKey; 3],
    counted: AtomicU64,
    revisions: Revisions,
    /// The last use that is stored, or will be soon: microseconds since 1970.
    last_use: AtomicI64,
    project_id: ProjectId,
    organization_id: OrganizationId,
    member_session_id: SessionId,
    /// The session as JSON, up to when it was last used, and from there.
    member_session: (Box<str>, Box<str>),
    jwt: Mutex<Jwt>,
    /// Seconds, less than [`SPREAD`].
    spread: u8,
    pub(super) member_id: Rendered<MemberId>,
    pub(super) session_token: Rendered<String>,
    pub(super) member: Rendered<Member>,
    pub(super) organization: Rendered<Organization>,
}

impl Remembered {
    /// The session's token and a JWT.
    pub(crate) fn token_and_jwt(&self) -> (String, String) {
        (jwt::unquoted(&self.session_token).to_owned(), self.latest_jwt().as_str().to_owned())
    }

    /// A JWT of the session.
    pub(super) fn jwt(&self) -> Rendered<String> {
        self.latest_jwt().text.clone()
    }

    fn latest_jwt(&self) -> MutexGuard<'_, Jwt> {
        // Nothing panics while it holds the lock.
        self.jwt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session, used now.
    pub(super) fn member_session(&self, now: Timestamp) -> Result<Rendered<MemberSession>> {
        let (before, after) = &self.member_session;
        Rendered::from_json([before, time::to_text(now).as_str(), after].concat())
    }

    /// Notes that it is used now; the last use that is stored was then.
    pub(super) fn note_use<C: Caller>(&self, cx: &Cx<C>, stored: Timestamp) {
        let last_use = cx.app.touched().note(&self.organization_id, &self.member_session_id, stored, cx.now());
        self.last_use.store(last_use.0, Ordering::Relaxed);
    }

    /// Whether it is still true.
    ///
    /// # Errors
    /// `session_not_found` when the session has ended.
    async fn is_true<C: Caller>(&self, cx: &Cx<C>) -> Result<bool> {
        let app = &cx.app;
        app.db().catch_up().await?;
        if self.revisions.session.1 <= cx.now() {
            return Err(ApiError::SessionNotFound.into());
        }
        let changes = app.db().changes(&self.rows);
        if self.counted.load(Ordering::Acquire) == changes {
            return Ok(true);
        }
        let (project, organization) = (cx.project().id.clone(), self.organization_id.clone());
        let id = self.member_session_id.clone();
        let found =
            cx.read(move |tx| tx.visit(organization.as_str(), |tx| store::revisions(tx, &project, &organization, &id)));
        if found.await?.ok_or(ApiError::SessionNotFound)? != self.revisions {
            return Ok(false);
        }
        // The number from before the rows were read: what has changed since then counts the next time.
        self.counted.store(changes, Ordering::Release);
        Ok(true)
    }

    async fn renew_jwt<C: Caller>(&self, cx: &Cx<C>) -> Result<()> {
        let old = self.latest_jwt().clone();
        let new = jwt::renew(&cx.app, cx.project(), &old, cx.now()).await?;
        *self.latest_jwt() = new;
        Ok(())
    }

    fn has_fresh_jwt<C: Caller>(&self, cx: &Cx<C>) -> bool {
        let left = self.latest_jwt().expires - cx.now().0.div_euclid(1_000_000);
        let least = if cx.head.surface == Surface::Browser { LEFT_FOR_BROWSERS } else { LEFT_FOR_BACKENDS };
        left > least + i64::from(self.spread)
    }

    /// Memory, without what is shared.
    fn bytes(&self) -> usize {
        let jwt = self.jwt();
        let texts = [self.member_id.json(), self.session_token.json(), jwt.json(), self.member.json()];
        let session = self.member_session.0.len() + self.member_session.1.len();
        let ids = [self.project_id.as_str(), self.organization_id.as_str(), self.member_session_id.as_str()];
        size_of::<Self>() + texts.iter().chain(&ids).map(|text| text.len()).sum::<usize>() + session
    }
}

/// What [`Remembered`] was never compared with.
const NEVER: u64 = u64::MAX;

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
    if known.project_id != project.id {
        return Err(ApiError::SessionNotFound.into());
    }
    if !known.is_true(cx).await? {
        return Ok(None);
    }
    if !known.has_fresh_jwt(cx) {
        known.renew_jwt(cx).await?;
    }
    known.note_use(cx, Timestamp(known.last_use.load(Ordering::Relaxed)));
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
        session: (session.revision, session.expires_at),
        member: (member.revision, member.updated_at),
        organization: (organization.revision, organization.updated_at),
    };
    let known = cache.sessions.get(&hash);
    if let Some(known) = known.filter(|known| known.revisions == revisions && known.has_fresh_jwt(cx)) {
        return Ok(known);
    }
    let shown = operations::show(session, member, organization);
    let jwt = jwt::sign(&cx.app, cx.project(), &shown, cx.now()).await?;
    let rows = [session.member_session_id.as_str(), member.member_id.as_str(), organization.organization_id.as_str()];
    let remembered = Arc::new(Remembered {
        rows: rows.map(RowKey::of),
        counted: NEVER.into(),
        revisions,
        last_use: session.last_accessed_at.0.into(),
        project_id: cx.project().id.clone(),
        organization_id: session.organization_id.clone(),
        member_session_id: session.member_session_id.clone(),
        member_session: around_last_use(&shown)?,
        jwt: Mutex::new(jwt),
        spread: hash[0] % SPREAD,
        member_id: Rendered::new(&session.member_id)?,
        session_token: Rendered::new(&token.to_text())?,
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
