//! Going through all organizations of a project.

use super::store;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};

/// Does something in every organization of a project, one after the other, as often as it says that there is more to do.
///
/// # Errors
/// The first of any; what was done before stays.
pub(crate) async fn each(
    app: &App,
    project: &ProjectId,
    work: impl Fn(&mut Tx, &OrganizationId) -> Result<bool> + Clone + Send + Sync + 'static,
) -> Result<()> {
    let mut last = (Timestamp(0), String::new());
    loop {
        let (of, after) = (project.clone(), last.clone());
        let next = app.db().read(move |tx| tx.visit(of.as_str(), |tx| store::next_of_project(tx, &of, &after))).await?;
        let Some((created_at, id)) = next.last() else { return Ok(()) };
        last = (*created_at, id.to_string());
        for (_, id) in next {
            let work = work.clone();
            let once = move |tx: &mut Tx| work(tx, &id);
            while app.db().write(once.clone()).await? {}
        }
    }
}
