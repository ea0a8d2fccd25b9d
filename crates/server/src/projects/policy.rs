//! What a project's roles allow.

use super::{enter, store};
use database::{RowKey, Tx};
use foundation::app::App;
use foundation::audit::{self, Change, Whose};
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::memory::Memory;
use foundation::project::Project;
use foundation::rbac::{Policy, check_project_policy, complete};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// The policy of a project: what was given for it, and what exists everywhere.
pub(crate) fn policy(tx: &mut Tx, project: &Project) -> Result<Policy> {
    Ok(complete(store::policy(tx, &project.id)?.unwrap_or_default()))
}

/// Policies in the memory of this process, each with the number of the project's changes that it was read at.
struct Policies(Cache<ProjectId, (u64, Arc<Policy>)>);

impl Memory for Policies {
    fn new(_: &Config) -> Self {
        Self(Cache::new(MOST))
    }
}

/// How many are remembered.
const MOST: usize = 10_000;

/// The policy of the project, as it was when this process last learned what has changed, or later.
pub(crate) async fn current_policy(cx: &Cx) -> Result<Arc<Policy>> {
    let project = cx.project.clone();
    let changes = cx.app.db().changes(&[RowKey::of(project.id.as_str())]);
    let policies = &cx.app.memory::<Policies>().0;
    if let Some((_, known)) = policies.get(&project.id).filter(|(counted, _)| *counted == changes) {
        return Ok(known);
    }
    let id = project.id.clone();
    let read = Arc::new(cx.check(move |tx| policy(tx, &project)).await?);
    policies.insert(id, (changes, read.clone()));
    Ok(read)
}

/// Stores another policy; the whole of it.
///
/// # Errors
/// Of the `rbac_…` family, when the policy contradicts itself.
pub(crate) async fn set_policy(app: &App, project: &ProjectId, given: Policy) -> Result<Policy> {
    let given = check_project_policy(given)?;
    let whole = complete(given.clone());
    let (id, stored, operator) = (project.clone(), whole.clone(), app.clone());
    app.db()
        .write(move |tx| {
            let cx = Cx::of_operator(&operator, Arc::new(enter(tx, &id)?));
            let before = policy(tx, cx.project())?;
            store::set_policy(tx, &id, &given, &stored, cx.now())?;
            let change = Change::between(&before, &stored);
            if change.is_none() {
                return Ok(());
            }
            audit::record(tx, &cx, "rbac_policy.update", Whose::Project, &id, change)
        })
        .await?;
    Ok(whole)
}
