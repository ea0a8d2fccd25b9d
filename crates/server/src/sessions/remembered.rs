//! What is remembered of sessions, so that checking one again reads next to nothing.
//!
//! Nothing remembered is believed. Each check asks the database what has changed, on any node. If that may concern a row
//! the answer was made of, it asks for the revisions of them all, and what did change is read anew. What ended anywhere
//! is refused here at once.

use super::answer::{Authenticated, Template};
use super::credential::Credential;
use super::jwt::{self, Jwt};
use super::{Session, operations, store};
use crate::error::{ApiError, Error, Result};
use crate::http::{Caller, Cx, Surface};
use crate::id::{OrganizationId, ProjectId, SessionId};
use crate::keys::token::{Token, TokenKind};
use crate::members::Member;
use crate::organizations::Organization;
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
/// The first JWT of a session is replaced up to so many seconds earlier, by chance, so that sessions that began together
/// do not need new JWTs together for ever.
const SPREAD: u8 = 128;

/// The sessions that this process has answered for.
pub(crate) struct RememberedSessions {
    /// By the hash of the token.
    sessions: Cache<[u8; 32], Arc<Remembered>, Bytes>,
    /// As JSON.
    organizations: Cache<OrganizationId, Arc<str>>,
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
        known.bytes
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

/// What the answer to a check is made of.
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
    jwt: Mutex<Jwt>,
    pub(super) template: Template,
    /// As JSON.
    pub(super) organization: Arc<str>,
    /// Memory, without what is shared, when it was made: what it weighs must not change while it is remembered.
    bytes: u64,
}

impl Remembered {
    /// A JWT of the session.
    pub(crate) fn jwt(&self) -> Arc<str> {
        self.latest_jwt().text.clone()
    }

    fn latest_jwt(&self) -> MutexGuard<'_, Jwt> {
        // Nothing panics while it holds the lock.
        self.jwt.lock().unwrap_or_else(PoisonError::into_inner)
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
        let Jwt { expires, early, .. } = *self.latest_jwt();
        let left = expires - cx.now().0.div_euclid(1_000_000);
        let least = if cx.head.surface == Surface::Browser { LEFT_FOR_BROWSERS } else { LEFT_FOR_BACKENDS };
        left > least + i64::from(early)
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
    let mut jwt = jwt::sign(&cx.app, cx.project(), &shown, cx.now()).await?;
    jwt.early = hash[0] % SPREAD;
    let organization_json = as_json(cache, organization)?;
    let answer = Authenticated {
        member_id: &session.member_id,
        member_session: &shown,
        session_token: &token.to_text(),
        session_jwt: &jwt.text,
        member,
        organization,
        verdict: None,
    };
    let template = Template::of(&answer, &organization_json)?;
    let rows = [session.member_session_id.as_str(), member.member_id.as_str(), organization.organization_id.as_str()];
    let ids = [cx.project().id.as_str(), session.organization_id.as_str(), session.member_session_id.as_str()];
    let texts = ids.map(str::len).iter().sum::<usize>() + jwt.text.len() + template.bytes();
    let remembered = Arc::new(Remembered {
        rows: rows.map(RowKey::of),
        counted: NEVER.into(),
        revisions,
        last_use: session.last_accessed_at.0.into(),
        project_id: cx.project().id.clone(),
        organization_id: session.organization_id.clone(),
        member_session_id: session.member_session_id.clone(),
        jwt: Mutex::new(jwt),
        template,
        organization: organization_json,
        bytes: (size_of::<Remembered>() + texts) as u64,
    });
    cache.sessions.insert(hash, remembered.clone());
    Ok(remembered)
}

/// An organization as JSON: one text for all its sessions.
fn as_json(cache: &RememberedSessions, organization: &Organization) -> Result<Arc<str>> {
    let json = serde_json::to_string(organization).map_err(|e| Error::Internal(Box::new(e)))?;
    let known = cache.organizations.get(&organization.organization_id);
    Ok(known.filter(|known| **known == *json).unwrap_or_else(|| {
        let json: Arc<str> = json.into();
        cache.organizations.insert(organization.organization_id.clone(), json.clone());
        json
    }))
}
