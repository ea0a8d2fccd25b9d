//! Looking for the records again, when it is time.

use super::{operations, store};
use crate::projects;
use database::{EVERYTHING, Tx};
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::time;
use std::sync::Arc;

/// Proofs that are taken at once.
const AT_ONCE: i64 = 20;
/// Minutes for which they are one server's: as long as looking for them takes, and more.
const TAKEN: i64 = 30;

/// Looks for all that are due.
pub(crate) async fn check_due(app: App) -> Result<()> {
    loop {
        let now = app.now();
        let until = time::after_minutes(now, TAKEN);
        let take = move |tx: &mut Tx| tx.visit(EVERYTHING, |tx| store::take_due(tx, now, until, AT_ONCE));
        let due = app.db().write(take).await?;
        let is_last = due.len() < AT_ONCE as usize;
        for (project, organization, domain) in due {
            let enter = move |tx: &mut Tx| projects::enter(tx, &project);
            let project = match app.db().read(enter).await {
                Ok(project) => Arc::new(project),
                // It is gone.
                Err(Error::Api(..)) => continue,
                Err(fault) => return Err(fault),
            };
            match operations::check(&Cx::of_server(&app, project), &organization, &domain).await {
                Ok(_) | Err(Error::Api(..)) => {}
                Err(fault) => return Err(fault),
            }
        }
        if is_last || app.is_stopping() {
            return Ok(());
        }
    }
}
