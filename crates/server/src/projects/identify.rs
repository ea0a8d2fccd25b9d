//! Checking a project's credentials. What was found is remembered for a second, so that a burst of requests does not
//! read it again and again, and a secret that is removed stops working within that second.

use super::{Project, store};
use crate::App;
use crate::error::{ApiError, Error, Result};
use crate::http::{Head, Surface};
use crate::id::ProjectId;
use crate::keys::{Purpose, equal};
use axum::http::header;
use database::{EVERYTHING, Timestamp, Tx};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How long a check of a credential, or an origin, is believed, in microseconds.
const BELIEVED: i64 = 1_000_000;

/// Credentials and origins seen a moment ago.
pub(crate) struct Remembered {
    /// Keyed by the keyed hash of user name and password.
    credentials: Cache<[u8; 32], (Arc<Project>, Timestamp)>,
    origins: Cache<(ProjectId, String), (bool, Timestamp)>,
    any_origin: Cache<String, (bool, Timestamp)>,
}

impl Remembered {
    pub(crate) fn new() -> Self {
        Self { credentials: Cache::new(10_000), origins: Cache::new(10_000), any_origin: Cache::new(10_000) }
    }
}

fn is_recent(seen: Timestamp, now: Timestamp) -> bool {
    now.0 - seen.0 < BELIEVED
}

/// What the credentials of a backend are remembered by: the header as it is.
fn key_of_header(app: &App, head: &Head) -> Option<[u8; 32]> {
    Some(app.keys().hash(Purpose::ProjectSecret, head.header(header::AUTHORIZATION.as_str())?.as_bytes()))
}

/// What a public token is remembered by. No header has a NUL in it, so it is never taken for a secret (threat T-03).
fn key_of_public_token(app: &App, token: &str) -> [u8; 32] {
    app.keys().hash(Purpose::ProjectSecret, format!("browser\0{token}").as_bytes())
}

fn basic(head: &Head) -> Result<(String, String)> {
    head.basic().ok_or_else(|| ApiError::UnauthorizedCredentials.into())
}

/// The project of a request: by project id and secret from a backend, by public token from a browser. The transaction
/// enters it.
pub(crate) fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Arc<Project>> {
    let project = match remembered(app, head) {
        Some(known) => known?,
        None => check(app, tx, head)?,
    };
    tx.enter(project.id.as_str())?;
    Ok(project)
}

fn check(app: &App, tx: &mut Tx, head: &Head) -> Result<Arc<Project>> {
    let (user, password) = basic(head)?;
    match head.surface {
        Surface::Browser => {
            let project = by_public_token(app, tx, &user, head.now)?.ok_or(ApiError::UnauthorizedCredentials)?;
            check_origin(app, tx, head, &project)?;
            Ok(project)
        }
        Surface::Backend => {
            let id = ProjectId::parse(&user).ok_or(ApiError::InvalidProjectIdAuthentication)?;
            let hash = app.keys().hash(Purpose::ProjectSecret, password.as_bytes());
            let project = tx.visit(id.as_str(), |tx| {
                let known = store::secret_hashes(tx, &id)?.iter().any(|stored| equal(stored, &hash));
                if known { store::find(tx, &id) } else { Ok(None) }
            })?;
            let project = Arc::new(project.ok_or(ApiError::UnauthorizedCredentials)?);
            if let Some(key) = key_of_header(app, head) {
                app.remembered().credentials.insert(key, (project.clone(), head.now));
            }
            Ok(project)
        }
    }
}

/// The project of a request whose credentials were checked a moment ago.
pub(crate) fn remembered(app: &App, head: &Head) -> Option<Result<Arc<Project>>> {
    let key = match head.surface {
        Surface::Backend => key_of_header(app, head)?,
        Surface::Browser => key_of_public_token(app, &head.basic()?.0),
    };
    let (project, seen) = app.remembered().credentials.get(&key)?;
    if !is_recent(seen, head.now) {
        return None;
    }
    if head.surface == Surface::Browser
        && let Some(origin) = head.origin()
    {
        let (allowed, seen) = app.remembered().origins.get(&(project.id.clone(), origin.to_owned()))?;
        if !is_recent(seen, head.now) {
            return None;
        }
        if !allowed {
            return Some(Err(ApiError::BadDomainForSdk.into()));
        }
    }
    Some(Ok(project))
}

/// The project of a public token. The transaction enters it.
pub(crate) fn by_public_token(app: &App, tx: &mut Tx, token: &str, now: Timestamp) -> Result<Option<Arc<Project>>> {
    if token.contains('\0') {
        // PostgreSQL cannot even be asked for it.
        return Ok(None);
    }
    // Whose token it is, only the token can say.
    let project = tx.visit(EVERYTHING, |tx| store::find_by_public_token(tx, token))?.map(Arc::new);
    if let Some(project) = &project {
        tx.enter(project.id.as_str())?;
        app.remembered().credentials.insert(key_of_public_token(app, token), (project.clone(), now));
    }
    Ok(project)
}

/// Browsers say which page sends a request; only pages of the project's registered origins may.
pub(crate) fn check_origin(app: &App, tx: &mut Tx, head: &Head, project: &Project) -> Result<()> {
    let Some(origin) = head.origin() else { return Ok(()) };
    let allowed = store::has_origin(tx, &project.id, origin)?;
    app.remembered().origins.insert((project.id.clone(), origin.to_owned()), (allowed, head.now));
    if allowed { Ok(()) } else { Err(ApiError::BadDomainForSdk.into()) }
}

/// Whether any project has registered this web origin.
pub(crate) async fn origin_is_registered(app: &App, origin: &str, now: Timestamp) -> bool {
    if let Some((known, seen)) = app.remembered().any_origin.get(origin)
        && is_recent(seen, now)
    {
        return known;
    }
    let wanted = origin.to_owned();
    let known = app.db().read(move |tx| tx.visit(EVERYTHING, |tx| store::is_origin_of_any(tx, &wanted)));
    let known = known.await.unwrap_or(false);
    app.remembered().any_origin.insert(origin.to_owned(), (known, now));
    known
}

/// A public token of the project, for the links that mails carry.
pub(crate) fn public_token(tx: &mut Tx, project: &Project) -> Result<String> {
    let tokens = store::public_tokens(tx, &project.id)?;
    tokens.into_iter().next().ok_or_else(|| Error::internal("the project has no public token"))
}
