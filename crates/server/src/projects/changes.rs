//! What an operator changes of a project, and what is shown of it.

use super::operations::{by_operator, check_name, enter};
use super::registering::{add_origin, add_redirect_url, remove_origin, remove_redirect_url};
use super::{Settings, store};
use crate::redirect_urls::{self, Flow, Listed};
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::audit::{self, Change};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{Environment, ProjectId};
use foundation::project::Project;
use foundation::stored::Stored;
use serde::Serialize;

/// A project as its operator sees it.
#[derive(Serialize)]
pub struct Shown {
    pub project_id: ProjectId,
    pub name: String,
    pub environment: Environment,
    pub public_tokens: Vec<String>,
    pub secrets: Vec<ShownSecret>,
    pub settings: Stored<Settings>,
    pub redirect_urls: Vec<Listed>,
    pub origins: Vec<String>,
}

/// What may be known of a secret.
#[derive(Serialize)]
pub struct ShownSecret {
    pub secret_id: String,
    pub last_four: String,
}

/// What is to change. What is taken away goes first, so that one thing can be put in the place of another.
#[derive(Debug, Clone, Default)]
pub struct Update {
    pub name: Option<String>,
    /// The flows that redirect URLs are added to and taken from; none: all of them.
    pub flows: Vec<Flow>,
    pub remove_redirect_urls: Vec<String>,
    pub add_redirect_urls: Vec<String>,
    pub default_redirect_url: Option<String>,
    pub remove_origins: Vec<String>,
    pub add_origins: Vec<String>,
}

/// Changes a project, and shows it.
///
/// # Errors
/// What cannot be registered, and what is to be taken away and is not there; then nothing has changed.
pub async fn update(
    app: &App,
    project: &str,
    update: Update,
    change: impl Fn(&mut Settings) + Send + 'static,
) -> Result<Shown> {
    by_operator(app, project, move |tx, cx| {
        let id = &cx.project().id;
        let before = show_in(tx, cx.project())?;
        let mut after = Project { settings: before.settings.clone(), ..cx.project().clone() };
        change(&mut after.settings);
        store::update_settings(tx, id, &after.settings)?;
        if let Some(name) = &update.name {
            check_name(name)?;
            store::update_name(tx, id, name)?;
            after.name.clone_from(name);
        }
        register(tx, cx, &update)?;
        let after = show_in(tx, &after)?;
        audit::record(tx, cx, "project.update", None, id, Change::between(&before.recorded(), &after.recorded()))?;
        Ok(after)
    })
    .await
}

fn register(tx: &mut Tx, cx: &Cx, update: &Update) -> Result<()> {
    let flows = if update.flows.is_empty() { &Flow::ALL[..] } else { &update.flows };
    for url in &update.remove_redirect_urls {
        remove_redirect_url(tx, cx, url, flows)?;
    }
    for origin in &update.remove_origins {
        remove_origin(tx, cx, origin)?;
    }
    for origin in &update.add_origins {
        add_origin(tx, cx, origin)?;
    }
    for url in &update.add_redirect_urls {
        add_redirect_url(tx, cx, url, flows)?;
    }
    match &update.default_redirect_url {
        Some(url) => redirect_urls::set_default(tx, cx.project(), url, flows),
        None => Ok(()),
    }
}

/// A project.
///
/// # Errors
/// `project_not_found`.
pub async fn show(app: &App, project: &str) -> Result<Shown> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    app.db()
        .read(move |tx| {
            let project = enter(tx, &id)?;
            show_in(tx, &project)
        })
        .await
}

/// Every project.
pub async fn list(app: &App) -> Result<Vec<Shown>> {
    app.db()
        .read(|tx| tx.visit(EVERYTHING, |tx| store::all(tx)?.iter().map(|project| show_in(tx, project)).collect()))
        .await
}

fn show_in(tx: &mut Tx, project: &Project) -> Result<Shown> {
    let secrets = store::secrets(tx, &project.id)?.into_iter();
    Ok(Shown {
        project_id: project.id.clone(),
        name: project.name.clone(),
        environment: project.environment,
        public_tokens: store::public_tokens(tx, &project.id)?,
        secrets: secrets.map(|(secret_id, last_four)| ShownSecret { secret_id, last_four }).collect(),
        settings: project.settings.clone(),
        redirect_urls: redirect_urls::list(tx, project)?,
        origins: store::origins(tx, &project.id)?,
    })
}

/// What the audit log tells the changes of.
#[derive(Serialize)]
struct Recorded<'a> {
    name: &'a str,
    #[serde(flatten)]
    settings: &'a Stored<Settings>,
    redirect_urls: &'a [Listed],
    origins: &'a [String],
}

impl Shown {
    fn recorded(&self) -> Recorded<'_> {
        let Self { name, settings, redirect_urls, origins, .. } = self;
        Recorded { name, settings, redirect_urls, origins }
    }
}
