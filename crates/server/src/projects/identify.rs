//! Checking a project's credentials. What was found is remembered for a second, so that a burst of requests does not
//! read it again and again, and a secret that is removed stops working within that second.

use super::{origin, store};
use axum::http::header;
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Error, Result};
use foundation::id::{Environment, ProjectId};
use foundation::keys::{Purpose, equal};
use foundation::memory::Memory;
use foundation::occasional::Occasional;
use foundation::project::Project;
use foundation::recent::{A_SECOND, Recent};
use frame::Head;
use std::sync::Arc;
use uuid::Uuid;

/// How many of each are remembered.
const MOST: usize = 10_000;
/// How many lines a minute the log has of pages that are refused: anybody can write one.
const LINES: u32 = 10;

/// Credentials and origins seen a moment ago.
struct Seen {
    /// Keyed by the fingerprint of the whole header, or of the public token.
    credentials: Recent<u128, Arc<Project>>,
    /// Keyed by the project and the fingerprint of the origin.
    origins: Recent<(Uuid, u128), bool>,
    any_origin: Recent<u128, bool>,
    public_tokens: Recent<Uuid, String>,
    refused_pages: Occasional,
}

impl Memory for Seen {
    fn new(_: &Config) -> Self {
        Self {
            credentials: Recent::new(MOST, A_SECOND),
            origins: Recent::new(MOST, A_SECOND),
            any_origin: Recent::new(MOST, A_SECOND),
            public_tokens: Recent::new(MOST, A_SECOND),
            refused_pages: Occasional::new(LINES),
        }
    }
}

/// What the credentials of a backend are remembered by: the header as it is.
fn key_of_header(app: &App, head: &Head) -> Option<u128> {
    Some(app.fingerprints().of(head.header(header::AUTHORIZATION.as_str())?.as_bytes()))
}

/// What a public token is remembered by. No header has a NUL in it, so it is never taken for a secret (threat T-03).
fn key_of_public_token(app: &App, token: &str) -> u128 {
    app.fingerprints().of(format!("browser\0{token}").as_bytes())
}

/// The project of a request: by project id and secret from a backend, by public token from a browser. The transaction
/// enters it.
pub(crate) fn identify(app: &App, tx: &mut Tx, head: &Head, via: Via) -> Result<Arc<Project>> {
    let project = match remembered(app, head, via) {
        Some(known) => known?,
        None => check(app, tx, head, via)?,
    };
    tx.enter(project.id.as_str())?;
    Ok(project)
}

fn check(app: &App, tx: &mut Tx, head: &Head, via: Via) -> Result<Arc<Project>> {
    let (user, password) = head.basic().ok_or_else(|| no_credentials(via))?;
    if via == Via::Browser {
        let project = by_public_token(app, tx, &user)?.ok_or(ApiError::UnauthorizedCredentials)?;
        check_origin(app, tx, head, &project)?;
        return Ok(project);
    }
    let id = ProjectId::parse(&user).ok_or(ApiError::InvalidProjectIdAuthentication)?;
    let hash = app.keys().hash(Purpose::ProjectSecret, password.as_bytes());
    let project = tx.visit(id.as_str(), |tx| {
        let known = store::secret_hashes(tx, &id)?.iter().any(|stored| equal(stored, &hash));
        if known { store::find(tx, &id) } else { Ok(None) }
    })?;
    let project = Arc::new(project.ok_or_else(|| wrong_secret(&id, &password))?);
    if let Some(key) = key_of_header(app, head) {
        app.memory::<Seen>().credentials.insert(key, project.clone());
    }
    Ok(project)
}

/// What is said to a request that shows none.
fn no_credentials(via: Via) -> Error {
    ApiError::UnauthorizedCredentials.because(match via {
        Via::Browser => "The request has no Authorization header (Basic) with the project's public token.",
        Via::Backend | Via::Directory(_) | Via::SetupLink(_) | Via::CommandLine | Via::Server => {
            "The request has no Authorization header (Basic) with the project id and secret."
        }
    })
}

/// What is wrong with a secret, as far as its own text says it. Which secrets there are it does not say.
fn wrong_secret(id: &ProjectId, given: &str) -> Error {
    let environment = id.environment();
    let other = if environment == Environment::Live { Environment::Test } else { Environment::Live };
    let (own, other) = (environment.as_str(), other.as_str());
    if given.starts_with(&format!("secret-{other}-")) {
        let told = format!("This is the secret of a {other} project, and {id} is a {own} project. They do not mix.");
        return ApiError::UnauthorizedCredentials.because(told);
    }
    if given.starts_with("public-token-") {
        let told = "This is a public token, which is for browsers. A backend needs the project's secret (secret-…).";
        return ApiError::UnauthorizedCredentials.because(told);
    }
    ApiError::UnauthorizedCredentials.because(
        "The project id and its secret do not go together on this server. `guildhall project list` shows the projects of its \
         database, and `guildhall project add-secret` gives one a new secret.",
    )
}

/// The project of a request whose credentials were checked a moment ago.
pub(crate) fn remembered(app: &App, head: &Head, via: Via) -> Option<Result<Arc<Project>>> {
    let key = match via {
        Via::Browser => key_of_public_token(app, &head.basic()?.0),
        _ => key_of_header(app, head)?,
    };
    let seen = app.memory::<Seen>();
    let project = seen.credentials.get(&key)?;
    if via == Via::Browser
        && let Some(origin) = head.origin()
        && !seen.origins.get(&(project.id.uuid(), app.fingerprints().of(origin.as_bytes())))?
    {
        return Some(Err(refuse_page(app, head, &project)));
    }
    Some(Ok(project))
}

/// The project of a public token, as it was a second ago at most. The transaction enters it.
pub(crate) fn by_public_token(app: &App, tx: &mut Tx, token: &str) -> Result<Option<Arc<Project>>> {
    let Some(project) = app.memory::<Seen>().credentials.get(&key_of_public_token(app, token)) else {
        return read_by_public_token(app, tx, token);
    };
    tx.enter(project.id.as_str())?;
    Ok(Some(project))
}

/// The same as it is, for pages that show how the project is set up.
pub(crate) fn read_by_public_token(app: &App, tx: &mut Tx, token: &str) -> Result<Option<Arc<Project>>> {
    if token.contains('\0') {
        // PostgreSQL cannot even be asked for it.
        return Ok(None);
    }
    // Whose token it is, only the token can say.
    let project = tx.visit(EVERYTHING, |tx| store::find_by_public_token(tx, token))?.map(Arc::new);
    if let Some(project) = &project {
        tx.enter(project.id.as_str())?;
        let key = key_of_public_token(app, token);
        app.memory::<Seen>().credentials.insert(key, project.clone());
    }
    Ok(project)
}

/// Browsers say which page sends a request; only pages of the project's registered origins may.
pub(crate) fn check_origin(app: &App, tx: &mut Tx, head: &Head, project: &Project) -> Result<()> {
    if head.origin().is_none() {
        return Ok(());
    }
    let Some(origin) = head.telling_origin() else { return Err(refuse_page(app, head, project)) };
    let allowed = store::has_origin(tx, &project.id, &origin::names(origin))?;
    app.memory::<Seen>().origins.insert((project.id.uuid(), app.fingerprints().of(origin.as_bytes())), allowed);
    if allowed { Ok(()) } else { Err(refuse_page(app, head, project)) }
}

/// Tells the page, and the operator, that it is not registered, and how it would be.
fn refuse_page(app: &App, head: &Head, project: &Project) -> Error {
    app.metrics().refused_origin();
    let id = &project.id;
    let usable = head.telling_origin().filter(|origin| origin::is_usable(origin));
    let told = match usable {
        Some(origin) => format!(
            "The web origin {origin} is not registered for {id}. Register it: guildhall project update {id} --add-origin \
             {origin}"
        ),
        None => "Pages of this web origin cannot be registered. Serve the page over https, or from this machine over \
                 http, and register its `location.origin`."
            .to_owned(),
    };
    if let Some(untold) = app.memory::<Seen>().refused_pages.tell() {
        // Only what is an origin: whatever else the header has in it may be a secret.
        tracing::warn!(request_id = %head.request_id, project_id = %id, origin = usable, untold, "refused a page. {told}");
    }
    ApiError::BadDomainForSdk.because(told)
}

/// Whether any project has registered this web origin. What the database could not say is not remembered.
pub(crate) async fn origin_is_registered(app: &App, origin: &str) -> Result<bool> {
    let seen = app.memory::<Seen>();
    let key = app.fingerprints().of(origin.as_bytes());
    if let Some(known) = seen.any_origin.get(&key) {
        return Ok(known);
    }
    let names = origin::names(origin);
    let known = app.db().check(move |tx| tx.visit(EVERYTHING, |tx| store::is_origin_of_any(tx, &names))).await?;
    seen.any_origin.insert(key, known);
    Ok(known)
}

/// A public token of the project, for the links that mails carry.
pub(crate) fn public_token(tx: &mut Tx, cx: &Cx) -> Result<String> {
    let (seen, project) = (cx.app.memory::<Seen>(), &cx.project().id);
    if let Some(known) = seen.public_tokens.get(&project.uuid()) {
        return Ok(known);
    }
    let token = store::public_tokens(tx, project)?.into_iter().next();
    let token = token.ok_or_else(|| Error::internal("the project has no public token"))?;
    seen.public_tokens.insert(project.uuid(), token.clone());
    Ok(token)
}
