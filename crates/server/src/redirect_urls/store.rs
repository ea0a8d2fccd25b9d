use database::{Tx, args};
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::tables::{Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_project: Some("DELETE FROM redirect_urls WHERE project_id = $1"),
    ..Table::new("redirect_urls", Owner::Project("project_id"))
}];

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, flow: &str, url: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO redirect_urls (project_id, flow, url, is_default) VALUES ($1, $2, $3, FALSE)
         ON CONFLICT (project_id, flow, url) DO NOTHING",
        args![project, flow, url],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, project: &ProjectId, flow: &str, url: &str) -> Result<bool> {
    let deleted = tx.execute(
        "DELETE FROM redirect_urls WHERE project_id = $1 AND flow = $2 AND url = $3",
        args![project, flow, url],
    )?;
    Ok(deleted > 0)
}

/// Makes one of a flow's URLs its default, and the others not.
pub(super) fn set_default(tx: &mut Tx, project: &ProjectId, flow: &str, url: &str) -> Result<()> {
    tx.execute(
        "UPDATE redirect_urls SET is_default = (url = $3) WHERE project_id = $1 AND flow = $2",
        args![project, flow, url],
    )?;
    Ok(())
}

/// The URLs of a flow, and whether each is the default.
pub(super) fn registered(tx: &mut Tx, project: &ProjectId, flow: &str) -> Result<Vec<(String, bool)>> {
    Ok(tx.all(
        "SELECT url, is_default FROM redirect_urls WHERE project_id = $1 AND flow = $2 ORDER BY url",
        args![project, flow],
    )?)
}
