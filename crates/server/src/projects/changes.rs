//! What an operator changes of a project.

use super::operations::{by_operator, check_name, enter};
use super::registering::{add_origin, add_redirect_url, remove_origin, remove_redirect_url};
use super::shown::{Shown, show_in};
use super::{Settings, store};
use crate::redirect_urls::{self, Flow};
use crate::stored_passwords;
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::ProjectId;
use foundation::project::Project;

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
/// What cannot be registered, what is to be taken away and is not there, and whose passwords are while there are some; then
/// nothing has changed.
pub async fn update(
    app: &App,
    project: &str,
    update: Update,
    change: impl Fn(&mut Settings) + Send + 'static,
) -> Result<Shown> {
    by_operator(app, project, move |tx, cx| update_in(tx, cx, &update, &change)).await
}

/// The same within a transaction.
///
/// # Errors
/// Those of [`update`].
pub(crate) fn update_in(tx: &mut Tx, cx: &Cx, update: &Update, change: &dyn Fn(&mut Settings)) -> Result<Shown> {
    let id = &cx.project().id;
    // What a request knows of its project is a second old at most, and settings are stored whole.
    let project = enter(tx, id)?;
    let before = show_in(tx, &project)?;
    let mut after = Project { settings: before.settings.clone(), ..project };
    change(&mut after.settings);
    let is_toggled = after.settings.cross_org_passwords_enabled != before.settings.cross_org_passwords_enabled;
    if is_toggled && stored_passwords::are_used(tx, id)? {
        return Err(ApiError::CannotToggleCrossOrgPasswords.into());
    }
    store::update_settings(tx, id, &after.settings)?;
    if let Some(name) = &update.name {
        check_name(name)?;
        store::update_name(tx, id, name)?;
        after.name.clone_from(name);
    }
    register(tx, cx, update)?;
    let after = show_in(tx, &after)?;
    let change = Change::between(&before.recorded(), &after.recorded());
    if !change.is_none() {
        audit::record(tx, cx, "project.update", Whose::Project, id, change)?;
    }
    Ok(after)
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
