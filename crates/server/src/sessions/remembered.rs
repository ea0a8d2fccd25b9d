//! What is remembered of sessions, so that checking one again reads next to nothing.
//!
//! Nothing remembered is believed. Each check asks the database what has changed, on any node. If that may concern a row
//! the answer was made of, it asks for the revisions of them all, and what did change is read anew. What ended anywhere
//! is refused here at once.

use super::credential::{Credential, Presented};
use super::jwt::{self, Jwt};
use super::news::News;
use super::store::{self, Revisions};
use super::template::{Authenticated, Template};
use super::written_behind::WrittenBehind;
use super::{Session, operations, verified};
use crate::decision::{Decision, Question, Subject, decide};
use crate::joining;
use crate::members::Member;
use crate::organizations::{Organization, OrganizationView};
use crate::statistics::{self, Mark};
use database::{RowKey, Timestamp};
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{OrganizationId, ProjectId, SessionId};
use foundation::keys::token::{Token, TokenKind};
use foundation::memory::Memory;
use foundation::metrics::{Counter, Text};
use foundation::rbac::RoleId;
use foundation::time::{self, MINUTE};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A JWT is given out again only while this many seconds of it are left. Browsers ask again after three minutes.
const LEFT_FOR_BROWSERS: i64 = 200;
/// The same for backends, which ask when they need one.
const LEFT_FOR_BACKENDS: i64 = 120;
/// The first JWT of a session is replaced up to so many seconds earlier, by chance, so that sessions that began together
/// do not need new JWTs together for ever.
const SPREAD: u8 = 128;
/// A JWT is given out again only while the session's end that it claims is so much behind, in microseconds, at most.
const BEHIND: i64 = MINUTE;

/// The sessions that this process has answered for.
struct RememberedSessions {
    /// By the fingerprint of the token.
    known: Cache<u128, Arc<Remembered>, Bytes>,
    /// Checks that were answered with one that was remembered, with one that was read, and those that were refused.
    recalled: Counter,
    read: Counter,
    refused: Counter,
}

impl Memory for RememberedSessions {
    fn new(config: &Config) -> Self {
        // The organizations of sessions have the rest.
        Self {
            known: Cache::with_weighter(100_000, config.session_memory / 4 * 3, Bytes),
            recalled: Counter::default(),
            read: Counter::default(),
            refused: Counter::default(),
        }
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<u128, Arc<Remembered>> for Bytes {
    fn weight(&self, _: &u128, known: &Arc<Remembered>) -> u64 {
        known.bytes
    }
}

/// What the answer to a check is made of.
pub(crate) struct Remembered {
    /// The rows it was made of, and how often they had changed when it was last compared with them.
    rows: [RowKey; 4],
    counted: AtomicU64,
    revisions: Revisions,
    /// The last use that is stored, or will be soon: microseconds since 1970.
    last_use: AtomicI64,
    /// When it ends, and the end that is stored or will be soon: microseconds since 1970.
    end: AtomicI64,
    noted_end: AtomicI64,
    pub(super) shortened: i64,
    /// Whether it meets what its organization asks for.
    pub(super) may_be_prolonged: bool,
    project_id: ProjectId,
    /// What tells their member among those who are active; nothing where an operator acts in their place.
    member: Option<Mark>,
    pub(super) member_session_id: SessionId,
    pub(super) roles: Box<[RoleId]>,
    pub(super) token: Box<str>,
    jwt: Mutex<Jwt>,
    pub(super) template: Template,
    pub(super) organization_id: OrganizationId,
    /// Memory when it was made: what it weighs must not change while it is remembered.
    bytes: u64,
}

/// A session that was just found to be valid.
#[derive(Clone)]
pub(crate) struct Valid {
    pub(crate) session: Arc<Remembered>,
    /// Its organization. Sessions do not remember it: who may change it could fill the memory with what it was.
    pub(super) organization: Arc<OrganizationView>,
}

impl Remembered {
    /// A JWT of the session.
    pub(crate) fn jwt(&self) -> Arc<str> {
        self.latest_jwt().text.clone()
    }

    /// When it ends.
    pub(super) fn end(&self) -> Timestamp {
        Timestamp(self.end.load(Ordering::Acquire))
    }

    /// Moves its end away.
    pub(super) fn move_end(&self, end: Timestamp) {
        self.end.fetch_max(end.0, Ordering::AcqRel);
    }

    /// Whether the end has moved away by more than so many microseconds since this was last asked with that answer.
    pub(super) fn is_to_be_noted(&self, microseconds: i64) -> bool {
        let (end, noted) = (self.end.load(Ordering::Acquire), self.noted_end.load(Ordering::Acquire));
        end - noted >= microseconds
            && self.noted_end.compare_exchange(noted, end, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    fn latest_jwt(&self) -> MutexGuard<'_, Jwt> {
        // Nothing panics while it holds the lock.
        self.jwt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that it is used now, unless the last use that is stored or noted is less than a minute ago.
    pub(super) fn note_use(&self, cx: &Cx) {
        let stored = self.last_use.load(Ordering::Relaxed);
        if cx.now().0 - stored >= MINUTE {
            self.last_use.store(cx.now().0, Ordering::Relaxed);
            let organization = self.organization_id.clone();
            let news = News { organization, last_use: Some(cx.now()), end: None };
            cx.app.memory::<WrittenBehind>().note(&self.member_session_id, news);
            if let Some(member) = self.member {
                statistics::note_active(&cx.app, &self.project_id, cx.now(), member);
            }
        }
    }

    /// Whether it is still true.
    ///
    /// # Errors
    /// `session_not_found` when the session has ended.
    async fn is_true(&self, cx: &Cx) -> Result<bool> {
        let app = &cx.app;
        app.db().catch_up().await?;
        let changes = app.db().changes(&self.rows);
        if self.end() > cx.now() && self.counted.load(Ordering::Acquire) == changes {
            return Ok(true);
        }
        let (project, organization) = (cx.project().id.clone(), self.organization_id.clone());
        let id = self.member_session_id.clone();
        let found = cx
            .check(move |tx| tx.visit(organization.as_str(), |tx| store::revisions(tx, &project, &organization, &id)));
        let (revisions, end) = found.await?.ok_or(ApiError::SessionNotFound)?;
        if revisions != self.revisions {
            return Ok(false);
        }
        // It may have moved away on another node.
        self.move_end(end);
        if self.end() <= cx.now() {
            return Err(ApiError::SessionNotFound.into());
        }
        // The number from before the rows were read: what has changed since then counts the next time.
        self.counted.store(changes, Ordering::Release);
        Ok(true)
    }

    /// Replaces its JWT by a new one if that is due.
    pub(super) async fn ensure_jwt(&self, cx: &Cx) -> Result<()> {
        if self.has_fresh_jwt(cx) {
            return Ok(());
        }
        let old = self.latest_jwt().clone();
        let new = jwt::renew(&cx.app, cx.project(), &old, self.end(), cx.now()).await?;
        *self.latest_jwt() = new;
        Ok(())
    }

    fn has_fresh_jwt(&self, cx: &Cx) -> bool {
        let Jwt { expires, early, session_ends, .. } = *self.latest_jwt();
        let left = expires - time::to_seconds(cx.now());
        let least = if cx.is_browser() { LEFT_FOR_BROWSERS } else { LEFT_FOR_BACKENDS };
        left > least + i64::from(early) && self.end().0 - session_ends.0 <= BEHIND
    }
}

/// What [`Remembered`] was never compared with.
const NEVER: u64 = u64::MAX;

/// The session that a request shows, remembered or read, with a JWT.
///
/// # Errors
/// As [`Credential::find`].
pub(super) async fn present(cx: &Cx, credential: &Credential) -> Result<Valid> {
    let presented = match recall(cx, credential).await {
        Ok(Some(known)) => return Ok(known),
        Ok(None) => read(cx, credential).await,
        Err(error) => Err(error),
    };
    let checks = cx.app.memory::<RememberedSessions>();
    match &presented {
        Ok(_) => checks.read.inc(),
        Err(error) if error.api().is_some() => checks.refused.inc(),
        Err(_) => {}
    }
    presented
}

/// The same, read.
async fn read(cx: &Cx, credential: &Credential) -> Result<Valid> {
    // What else is remembered, such as the project's policy, is to be as new as what is read now.
    cx.app.db().catch_up().await?;
    let (cx_, credential) = (cx.clone(), credential.clone());
    let found = cx.check(move |tx| {
        let presented = credential.find_to_renew(&cx_.app, tx, cx_.project(), cx_.now())?;
        let (organization, email) = (&presented.organization, &presented.member.email_address);
        let is_claimed_elsewhere = joining::is_claimed_elsewhere(tx, &cx_, organization, email)?;
        Ok((presented, is_claimed_elsewhere))
    });
    let (Presented { session, member, organization }, is_claimed_elsewhere) = found.await?;
    remember_as(cx, &session, &member, &organization, is_claimed_elsewhere).await
}

/// A session that is remembered and still true.
///
/// # Errors
/// `session_not_found` when the session has ended.
async fn recall(cx: &Cx, credential: &Credential) -> Result<Option<Valid>> {
    let key = match credential {
        Credential::Token(text) => {
            Token::parse(TokenKind::Session, text.reveal()).map(|token| token.fingerprint(cx.app.fingerprints()))
        }
        Credential::Jwt(text) => verified::session(cx, text.reveal()).await?,
    };
    let Some(key) = key else { return Ok(None) };
    let sessions = cx.app.memory::<RememberedSessions>();
    let Some(known) = sessions.known.get(&key) else { return Ok(None) };
    if known.project_id != cx.project().id {
        return Err(ApiError::SessionNotFound.into());
    }
    if !known.is_true(cx).await? {
        return Ok(None);
    }
    let view = OrganizationView::recall(&cx.app, &known.organization_id, known.revisions.organization);
    let Some(organization) = view else { return Ok(None) };
    known.ensure_jwt(cx).await?;
    sessions.recalled.inc();
    Ok(Some(Valid { session: known, organization }))
}

/// Remembers a session that a login has just made, which has asked whether the domain is claimed.
pub(crate) async fn remember(
    cx: &Cx,
    session: &Session,
    member: &Member,
    organization: &Organization,
) -> Result<Valid> {
    remember_as(cx, session, member, organization, false).await
}

/// Remembers a session that was just read or made, with a JWT: the one that is known if nothing has changed, or else
/// a new one.
async fn remember_as(
    cx: &Cx,
    session: &Session,
    member: &Member,
    organization: &Organization,
    is_claimed_elsewhere: bool,
) -> Result<Valid> {
    let view = OrganizationView::of(&cx.app, organization)?;
    let token = session.token(&cx.app);
    let key = token.fingerprint(cx.app.fingerprints());
    let cache = &cx.app.memory::<RememberedSessions>().known;
    let revisions = Revisions {
        session: session.revision,
        member: (member.revision, member.updated_at),
        organization: organization.state(),
        is_claimed_elsewhere,
    };
    let known = cache.get(&key);
    // Its end may have moved away here, which is not written yet.
    let promised = known.as_ref().filter(|known| known.shortened == session.shortened).map(|known| known.end());
    let end = promised.map_or(session.expires_at, |promised| promised.max(session.expires_at));
    if let Some(known) = known.filter(|known| known.revisions == revisions) {
        known.move_end(end);
        known.ensure_jwt(cx).await?;
        return Ok(Valid { session: known, organization: view });
    }
    let shown = operations::show(&Session { expires_at: end, ..session.clone() }, member, organization);
    let mut jwt = jwt::sign(&cx.app, cx.project(), &shown, cx.now()).await?;
    jwt.early = key as u8 % SPREAD;
    let answer = Authenticated {
        member_id: &session.member_id,
        member_session: &shown,
        session_token: &token.to_text(),
        session_jwt: &jwt.text,
        member,
        organization,
        verdict: None,
    };
    let question = Question {
        settings: &organization.settings,
        member: Subject::of(member),
        factors: &session.factors,
        now: cx.now(),
        within: None,
    };
    let template = Template::of(&answer, &view.json)?;
    let ids = [session.member_session_id.as_str(), member.member_id.as_str(), organization.organization_id.as_str()];
    let [session_row, member_row, organization_row] = ids.map(RowKey::of);
    // Claims of a domain are noted by the domain.
    let rows = [session_row, member_row, organization_row, RowKey::of(member.email_address.domain())];
    let roles: Box<[RoleId]> = member.role_ids().into();
    let ids = [
        cx.project().id.as_str(),
        session.member_session_id.as_str(),
        organization.organization_id.as_str(),
        answer.session_token,
    ];
    let texts = ids.into_iter().chain(roles.iter().map(String::as_str)).map(|text| text.len() + size_of::<String>());
    let bytes = size_of::<Remembered>() + texts.sum::<usize>() + jwt.text.len() + template.bytes();
    let remembered = Arc::new(Remembered {
        rows,
        counted: NEVER.into(),
        revisions,
        last_use: session.last_accessed_at.0.into(),
        end: end.0.into(),
        noted_end: session.expires_at.0.into(),
        shortened: session.shortened,
        may_be_prolonged: session.impersonator().is_none()
            && !is_claimed_elsewhere
            && decide(&question) == Decision::Authenticated,
        project_id: cx.project().id.clone(),
        member: session.impersonator().is_none().then(|| Mark::of(&member.member_id)),
        member_session_id: session.member_session_id.clone(),
        roles,
        token: answer.session_token.into(),
        jwt: Mutex::new(jwt),
        template,
        organization_id: organization.organization_id.clone(),
        bytes: bytes as u64,
    });
    cache.insert(key, remembered.clone());
    Ok(Valid { session: remembered, organization: view })
}

/// Writes how many are remembered, and how checks were answered.
pub(super) fn write(app: &App, text: &mut Text) {
    let RememberedSessions { known, recalled, read, refused } = app.memory::<RememberedSessions>();
    text.counter("guildhall_session_checks_total", "Checks of sessions, by how they were answered")
        .of(&[("result", "remembered")], recalled.get())
        .of(&[("result", "read")], read.get())
        .of(&[("result", "refused")], refused.get());
    text.gauge("guildhall_remembered_sessions", "Sessions that this process remembers").of(&[], known.len());
    text.gauge("guildhall_remembered_sessions_bytes", "Memory that they take").of(&[], known.weight());
}
