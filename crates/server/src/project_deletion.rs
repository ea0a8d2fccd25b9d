//! Deleting a project with all that is in it, which is more than one transaction may be.

use crate::{organizations, projects};
use database::Tx;
use foundation::app::App;
use foundation::error::Result;
use foundation::recent::A_SECOND;

/// Deletes a project. Nobody comes in from its first transaction on, a second of memory aside; when it is broken off, it can
/// be begun again. What is left of its organizations afterwards is swept as it always is.
///
/// # Errors
/// `project_not_found`.
pub async fn delete_project(app: &App, project: &str) -> Result<()> {
    let id = projects::close(app, project).await?;
    // Whoever was identified a moment ago is believed for so long, and could still add to it.
    tokio::time::sleep(A_SECOND).await;
    loop {
        organizations::delete_all(app, &id).await?;
        let (tables, of) = (app.tables(), id.clone());
        let some = move |tx: &mut Tx| tables.some_of_project(tx, &of);
        while app.db().write(some.clone()).await? {}
        if projects::erase(app, &id).await? {
            return Ok(());
        }
    }
}
