//! What an operator does with projects, through the command line.

use super::shown::show_in;
use super::{Settings, registering, store};
use crate::redirect_urls::{self, Flow};
use crate::signing::{self, Successor};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{Environment, ProjectId, SecretId};
use foundation::keys::{self, Purpose};
use foundation::project::Project;
use foundation::random;
use foundation::stored::Stored;
use serde::Serialize;
use std::sync::Arc;

/// A project to be.
#[derive(Debug, Clone)]
pub struct New {
    /// 1 to 128 characters.
    pub name: String,
    pub environment: Environment,
    /// Registered for every flow; the first is the default of each. None in a test project:
    /// `http://localhost:3000/authenticate`.
    pub redirect_urls: Vec<String>,
    /// More web origins whose pages may use the browser API; those of the redirect URLs always may.
    pub origins: Vec<String>,
    pub settings: Settings,
}

/// A project's credentials. The secret is shown this once, and cannot be printed otherwise.
#[derive(Serialize)]
pub struct Created {
    pub project_id: String,
    pub secret: String,
    pub public_token: String,
    pub environment: Environment,
}

/// What of a project's credentials is not drawn: a twin's tests know them before it starts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fixed {
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) secret: Option<foundation::secret::Secret>,
    pub(crate) public_token: Option<String>,
}

/// Where links of the project lead that a server makes: to the page that the README has.
pub const FIRST_REDIRECT_URL: &str = "http://localhost:3000/";

const DEFAULT_REDIRECT_URL: &str = "http://localhost:3000/authenticate";

impl New {
    /// Checks what can be wrong with it, wherever it is to be.
    ///
    /// # Errors
    /// A name, a redirect URL or an origin that cannot be used.
    pub fn check(&self) -> Result<()> {
        check_name(&self.name)?;
        for url in &self.redirect_urls {
            redirect_urls::check(url, self.environment)?;
        }
        self.origins.iter().try_for_each(|origin| registering::read_origin(origin).map(drop))
    }
}

/// Makes a project with a secret, a public token and a signing key.
///
/// # Errors
/// A name or a redirect URL that cannot be used.
pub async fn create(app: &App, new: New) -> Result<Created> {
    create_fixed(app, new, Fixed::default()).await
}

/// The same, with credentials that are known.
///
/// # Errors
/// Those of [`create`].
pub(crate) async fn create_fixed(app: &App, new: New, fixed: Fixed) -> Result<Created> {
    let id = fixed.project_id.clone().unwrap_or_else(|| ProjectId::new(new.environment));
    let key = signing::generate(&id).await?;
    let app_ = app.clone();
    app.db().write(move |tx| create_in(&app_, tx, &new, &fixed, &id, &key)).await
}

fn create_in(
    app: &App,
    tx: &mut Tx,
    new: &New,
    fixed: &Fixed,
    id: &ProjectId,
    key: &signing::NewKey,
) -> Result<Created> {
    new.check()?;
    tx.enter(id.as_str())?;
    let environment = new.environment;
    let settings = Stored::new(new.settings.clone());
    let project = Arc::new(Project { id: id.clone(), name: new.name.clone(), environment, settings });
    let cx = Cx::of_operator(app, project);
    store::insert(tx, cx.project(), cx.now())?;
    let Secret { secret, .. } = match &fixed.secret {
        Some(secret) => keep_secret(tx, &cx, secret.reveal().to_owned())?,
        None => add_secret_in(tx, &cx)?,
    };
    let drawn = || format!("public-token-{}-{}", environment.as_str(), random::uuid_v4());
    let public_token = fixed.public_token.clone().unwrap_or_else(drawn);
    store::insert_public_token(tx, id, &public_token, cx.now())?;
    let fallback = [DEFAULT_REDIRECT_URL.to_owned()];
    let urls: &[String] = match (&new.redirect_urls[..], environment) {
        ([], Environment::Test) => &fallback,
        (given, _) => given,
    };
    for url in urls {
        registering::add_redirect_url(tx, &cx, url, &Flow::ALL)?;
    }
    for origin in &new.origins {
        registering::add_origin(tx, &cx, origin)?;
    }
    signing::insert(app, tx, id, key, cx.now())?;
    let shown = show_in(tx, cx.project())?;
    audit::record(tx, &cx, "project.create", Whose::Project, id, Change::created(&shown.recorded()))?;
    Ok(Created { project_id: id.to_string(), secret, public_token, environment })
}

pub(super) fn check_name(name: &str) -> Result<()> {
    let fits = !name.trim().is_empty() && name.chars().count() <= 128;
    if fits { Ok(()) } else { Err(ApiError::InvalidProjectName.into()) }
}

/// One more secret for the project.
pub(crate) fn add_secret_in(tx: &mut Tx, cx: &Cx) -> Result<Secret> {
    let secret = format!("secret-{}-{}", cx.project().environment.as_str(), URL_SAFE.encode(random::bytes::<32>()?));
    keep_secret(tx, cx, secret)
}

fn keep_secret(tx: &mut Tx, cx: &Cx, secret: String) -> Result<Secret> {
    let (id, environment) = (&cx.project().id, cx.project().environment);
    let hash = cx.app.keys().hash(Purpose::ProjectSecret, secret.as_bytes());
    let last_four = &secret[secret.len() - 4..];
    let secret_id = SecretId::new(environment);
    store::insert_secret(tx, id, &secret_id, &hash, last_four, cx.now())?;
    audit::record(tx, cx, "project.secret.create", Whose::Project, &secret_id, Change::none())?;
    Ok(Secret { secret_id, secret })
}

/// A secret, shown this once.
#[derive(Serialize)]
pub struct Secret {
    pub secret_id: SecretId,
    pub secret: String,
}

/// The test project of a server that starts on an empty database; `None` when there is a project already.
pub async fn create_first(app: &App) -> Result<Option<Created>> {
    if !app.db().read(all).await?.is_empty() {
        return Ok(None);
    }
    let new = New {
        name: "My project".into(),
        environment: Environment::Test,
        redirect_urls: vec![FIRST_REDIRECT_URL.into(), DEFAULT_REDIRECT_URL.into()],
        origins: Vec::new(),
        settings: Settings::default(),
    };
    let id = ProjectId::new(new.environment);
    let key = signing::generate(&id).await?;
    let app_ = app.clone();
    app.db()
        .write(move |tx| {
            // Of several servers that start at once, one makes the project.
            keys::contend(tx)?;
            if !all(tx)?.is_empty() {
                return Ok(None);
            }
            create_in(&app_, tx, &new, &Fixed::default(), &id, &key).map(Some)
        })
        .await
}

fn all(tx: &mut Tx) -> Result<Vec<Project>> {
    tx.visit(EVERYTHING, store::all)
}

/// Runs what the operator looks at in a project, which is entered.
pub(crate) async fn look_by_operator<T: Send + 'static>(
    app: &App,
    project: &str,
    mut look: impl FnMut(&mut Tx, &Cx) -> Result<T> + Send + 'static,
) -> Result<T> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let operator = app.clone();
    app.db()
        .scan(move |tx| {
            let cx = Cx::of_operator(&operator, Arc::new(enter(tx, &id)?));
            look(tx, &cx)
        })
        .await
}

/// Runs what the operator does in a project, which is entered.
pub(crate) async fn by_operator<T: Send + 'static>(
    app: &App,
    project: &str,
    mut work: impl FnMut(&mut Tx, &Cx) -> Result<T> + Send + 'static,
) -> Result<T> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let operator = app.clone();
    app.db()
        .write(move |tx| {
            let cx = Cx::of_operator(&operator, Arc::new(enter(tx, &id)?));
            work(tx, &cx)
        })
        .await
}

/// One more secret for a project; the others stay valid.
pub async fn add_secret(app: &App, project: &str) -> Result<Secret> {
    by_operator(app, project, add_secret_in).await
}

/// Removes a secret by its id; whoever uses it is refused within a second.
pub async fn remove_secret(app: &App, project: &str, secret_id: &str) -> Result<bool> {
    let secret_id = secret_id.to_owned();
    by_operator(app, project, move |tx, cx| remove_secret_in(tx, cx, &secret_id)).await
}

/// The same within a transaction.
pub(crate) fn remove_secret_in(tx: &mut Tx, cx: &Cx, secret_id: &str) -> Result<bool> {
    let removed = store::delete_secret(tx, &cx.project().id, secret_id)?;
    if removed {
        audit::record(tx, cx, "project.secret.delete", Whose::Project, &secret_id, Change::none())?;
    }
    Ok(removed)
}

/// Takes away all that somebody could come in by, before a project is deleted.
pub(crate) async fn close(app: &App, project: &str) -> Result<ProjectId> {
    by_operator(app, project, move |tx, cx| {
        store::close(tx, &cx.project().id)?;
        audit::record(tx, cx, "project.delete", Whose::Project, &cx.project().id, Change::none())?;
        Ok(cx.project().id.clone())
    })
    .await
}

/// Deletes the row of a project, of which nothing else is left; whether that was so.
pub(crate) async fn erase(app: &App, id: &ProjectId) -> Result<bool> {
    let id = id.clone();
    app.db()
        .write(move |tx| {
            tx.enter(id.as_str())?;
            if store::has_organizations(tx, &id)? {
                return Ok(false);
            }
            store::delete(tx, &id)?;
            Ok(true)
        })
        .await
}

/// How many organizations and members a project has.
pub async fn counts(app: &App, project: &str) -> Result<(i64, i64)> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    app.db().scan(move |tx| tx.visit(id.as_str(), |tx| store::counts(tx, &id))).await
}

/// Gives a project a new signing key, for `guildhall keys rotate`.
pub async fn rotate_signing_key(app: &App, project: &str) -> Result<Successor> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let key = signing::generate(&id).await?;
    by_operator(app, project, move |tx, cx| {
        let successor = signing::insert(&cx.app, tx, &cx.project().id, &key, cx.now())?;
        audit::record(tx, cx, "signing_key.create", Whose::Project, &successor.id, Change::none())?;
        Ok(successor)
    })
    .await
}

/// The ids of all projects.
pub(crate) fn ids(tx: &mut Tx) -> Result<Vec<ProjectId>> {
    Ok(tx.visit(EVERYTHING, store::all)?.into_iter().map(|project| project.id).collect())
}

/// Enters a project, for operators, who name one by hand.
///
/// # Errors
/// `project_not_found`.
pub(crate) fn enter(tx: &mut Tx, id: &ProjectId) -> Result<Project> {
    tx.enter(id.as_str())?;
    store::find(tx, id)?.ok_or(ApiError::ProjectNotFound.into())
}

/// A project, or else the one that was made first, for the doors of a twin.
///
/// # Errors
/// `project_not_found`.
pub(crate) async fn find(app: &App, id: Option<ProjectId>) -> Result<Arc<Project>> {
    let find = move |tx: &mut Tx| match &id {
        Some(id) => enter(tx, id),
        None => all(tx)?.into_iter().next().ok_or(ApiError::ProjectNotFound.into()),
    };
    app.db().read(find).await.map(Arc::new)
}

/// Enters a project that was read a moment ago.
pub(crate) fn enter_again(tx: &mut Tx, project: &Project) -> Result<()> {
    Ok(tx.enter(project.id.as_str())?)
}
