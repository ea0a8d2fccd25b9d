//! The projects of connections, for as long as projects are remembered: directories ask much in a short time.

use crate::projects;
use database::Tx;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::memory::Memory;
use foundation::project::Project;
use foundation::recent::{A_SECOND, Recent};
use std::sync::Arc;

/// Of how many connections the project is remembered.
const MOST: usize = 10_000;

/// By the fingerprint of the id of the project.
struct Projects(Recent<u128, Arc<Project>>);

impl Memory for Projects {
    fn new(_: &Config) -> Self {
        Self(Recent::new(MOST, A_SECOND))
    }
}

/// The project with this id. The transaction enters it.
pub(super) fn project(app: &App, tx: &mut Tx, id: &ProjectId) -> Result<Arc<Project>> {
    let key = app.fingerprints().of(id.as_str().as_bytes());
    if let Some(project) = app.memory::<Projects>().0.get(&key) {
        projects::enter_again(tx, &project)?;
        return Ok(project);
    }
    let project = Arc::new(projects::enter(tx, id)?);
    app.memory::<Projects>().0.insert(key, project.clone());
    Ok(project)
}
