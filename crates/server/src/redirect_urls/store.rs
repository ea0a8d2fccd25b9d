use crate::error::Result;
use crate::id::ProjectId;
use database::{Tx, args};

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, flow: &str, url: &str, is_default: bool) -> Result<()> {
    tx.execute(
        "INSERT INTO redirect_urls (project_id, flow, url, is_default) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, flow, url) DO NOTHING",
        args![project, flow, url, is_default],
    )?;
    Ok(())
}

pub(super) fn default(tx: &mut Tx, project: &ProjectId, flow: &str) -> Result<Option<String>> {
    let row = tx.optional::<(String,)>(
        "SELECT url FROM redirect_urls WHERE project_id = $1 AND flow = $2 AND is_default = $3",
        args![project, flow, true],
    )?;
    Ok(row.map(|(url,)| url))
}

pub(super) fn registered(tx: &mut Tx, project: &ProjectId, flow: &str) -> Result<Vec<String>> {
    let rows = tx.all::<(String,)>(
        "SELECT url FROM redirect_urls WHERE project_id = $1 AND flow = $2 ORDER BY url",
        args![project, flow],
    )?;
    Ok(rows.into_iter().map(|(url,)| url).collect())
}
