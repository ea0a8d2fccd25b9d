//! Deleting an organization. It is gone at once, and with it everything that is found through it: sessions, links and
//! members count no more. Their rows go with it as far as they are few, and the others afterwards, in pieces.

use super::operations::find_by_id;
use super::{Organization, store};
use crate::projects;
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::id::ProjectId;
use foundation::time;
use std::sync::Arc;

/// Minutes that an organization is swept. Whoever adds to it holds its row, so nothing is added once it is gone; but that
/// depends on triggers, which a database may be without. No transaction takes as long.
const SWEPT_FOR: i64 = 2;

/// Deletes it. Its own row goes last: those who add to it lock that at the end, when they have locked other rows of it.
pub(crate) fn delete(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<()> {
    let id = &organization.organization_id;
    cx.app.tables().some_of_organization(tx, &cx.project().id, id)?;
    store::delete(tx, organization)?;
    store::insert_deleted(tx, organization, cx.now())?;
    audit::record(tx, cx, "organization.delete", Whose::Organization(id), id, Change::deleted(organization))
}

/// Deletes all of a project, one after the other, with the rows that there are of each.
pub(crate) async fn delete_all(app: &App, project: &ProjectId) -> Result<()> {
    let tables = app.tables();
    loop {
        let of = project.clone();
        let some = app.db().read(move |tx| tx.visit(of.as_str(), |tx| store::some_of_project(tx, &of))).await?;
        if some.is_empty() {
            return Ok(());
        }
        for id in some {
            let (operator, project) = (app.clone(), project.clone());
            let work = move |tx: &mut Tx| {
                let cx = Cx::of_operator(&operator, Arc::new(projects::enter(tx, &project)?));
                match find_by_id(tx, cx.project(), &id)? {
                    Some(organization) => delete(tx, &cx, &organization)?,
                    None => return Ok(false),
                }
                tables.some_of_organization(tx, &project, &id)
            };
            app.db().write(work).await?;
        }
    }
}

/// Deletes what is left of organizations that are gone.
pub(crate) async fn sweep(app: App) -> Result<()> {
    let deleted = app.db().read(|tx| tx.visit::<_, Error>(EVERYTHING, store::deleted)).await?;
    let tables = app.tables();
    for (project, organization, deleted_at) in deleted {
        let (of_project, id) = (project.clone(), organization.clone());
        let some = move |tx: &mut Tx| tables.some_of_organization(tx, &of_project, &id);
        while app.db().write(some.clone()).await? {}
        if is_quiet(deleted_at, app.now()) {
            let forget =
                move |tx: &mut Tx| tx.visit(EVERYTHING, |tx| store::forget_deleted(tx, &project, &organization));
            app.db().write(forget).await?;
        }
    }
    Ok(())
}

fn is_quiet(deleted_at: Timestamp, now: Timestamp) -> bool {
    time::after_minutes(deleted_at, SWEPT_FOR) < now
}
