//! Connections as this process has read them: whether one has changed since is seen from its version, without reading its settings
//! and opening its secrets again.

use super::{Connection, operations};
use crate::{organizations, projects};
use database::Tx;
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::memory::Memory;
use foundation::project::Project;
use foundation::recent::{A_SECOND, Recent};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many are remembered, of some ten thousand bytes each.
const MOST: usize = 1000;
/// Of how many the project is.
const MOST_PROJECTS: usize = 10_000;

/// By the fingerprint of the id.
struct Remembered(Cache<u128, Arc<Connection>>);

impl Memory for Remembered {
    fn new(_: &Config) -> Self {
        Self(Cache::new(MOST))
    }
}

/// One of any organization of the project, as it was when this process read it last: only for what then asks whether it
/// [is unchanged](operations::is_unchanged).
pub(crate) fn recall(cx: &Cx, id: &str) -> Option<Arc<Connection>> {
    let known = cx.app.memory::<Remembered>().0.get(&cx.app.fingerprints().of(id.as_bytes()));
    known.filter(|known| known.project_id == cx.project().id)
}

/// The same as it is now. Only in transactions that read: what others have written may be undone.
pub(crate) fn current(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Option<Arc<Connection>>> {
    if let Some(known) = recall(cx, id) {
        // Whoever wants the connection wants its organization.
        organizations::prefetch(tx, cx.project(), &known.organization_id)?;
        if operations::is_unchanged(tx, &known)? {
            return Ok(Some(known));
        }
    }
    let found = operations::find_in_project(tx, cx, id)?.map(Arc::new);
    if let Some(found) = &found {
        cx.app.memory::<Remembered>().0.insert(cx.app.fingerprints().of(id.as_bytes()), found.clone());
    }
    Ok(found)
}

/// Projects, by the fingerprint of the id of a connection.
struct Projects(Recent<u128, Arc<Project>>);

impl Memory for Projects {
    fn new(_: &Config) -> Self {
        Self(Recent::new(MOST_PROJECTS, A_SECOND))
    }
}

/// The project that a connection is of, if it was read a moment ago.
pub(crate) fn recall_project_of(app: &App, id: &str) -> Option<Arc<Project>> {
    app.memory::<Projects>().0.get(&app.fingerprints().of(id.as_bytes()))
}

/// The project that a connection is of. The transaction enters it.
pub(crate) fn project_of(app: &App, tx: &mut Tx, id: &str) -> Result<Option<Arc<Project>>> {
    if let Some(project) = recall_project_of(app, id) {
        projects::enter_again(tx, &project)?;
        return Ok(Some(project));
    }
    let Some(project) = operations::locate(tx, id)? else { return Ok(None) };
    let project = Arc::new(projects::enter(tx, &project)?);
    app.memory::<Projects>().0.insert(app.fingerprints().of(id.as_bytes()), project.clone());
    Ok(Some(project))
}
