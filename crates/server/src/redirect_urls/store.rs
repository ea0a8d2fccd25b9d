use database::{Tx, args};
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::tables::{Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table::new("redirect_urls", Owner::Project("project_id"))];

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, flow: &str, url: &str, is_default: bool) -> Result<()> {
    tx.execute(
        "INSERT INTO redirect_urls (project_id, flow, url, is_default) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, flow, url) DO NOTHING",
        args![project, flow, url, is_default],
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
