use database::{Json, Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};
use foundation::tables::{Owner, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM sso_exchanges WHERE organization_id = $1 AND (connection_id, id) IN
         (SELECT connection_id, id FROM sso_exchanges WHERE organization_id = $1 ORDER BY connection_id, id LIMIT $2)",
    ),
    ..Table::new("sso_exchanges", Owner::Organization(&["organization_id", "project_id"]))
}];

/// A connection of an organization.
#[derive(Clone, Copy)]
pub(crate) struct Connected<'a> {
    pub(crate) project: &'a ProjectId,
    pub(crate) organization: &'a OrganizationId,
    pub(crate) connection: &'a str,
}

/// Stores an exchange. Ids begin with their time, so their order is the order of exchanges. `is_known` says whether it was the
/// other side, and not anybody.
pub(crate) fn insert(
    tx: &mut Tx,
    of: Connected,
    id: &str,
    is_known: bool,
    exchange: &impl Serialize,
    now: Timestamp,
) -> Result<()> {
    tx.execute_later(
        "INSERT INTO sso_exchanges (organization_id, connection_id, id, project_id, is_known, exchange, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![of.organization, of.connection, id, of.project, is_known, Json(exchange), now],
    )?;
    Ok(())
}

/// Keeps so many of the newest of a connection that are known, or are not.
pub(crate) fn trim(tx: &mut Tx, of: Connected, is_known: bool, kept: i64) -> Result<()> {
    tx.execute_later(
        "DELETE FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 AND is_known = $3 AND id <=
         (SELECT id FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 AND is_known = $3
          ORDER BY id DESC LIMIT 1 OFFSET $4)",
        args![of.organization, of.connection, is_known, kept],
    )?;
    Ok(())
}

/// Those of a connection, the newest first.
pub(crate) fn all<T: DeserializeOwned>(tx: &mut Tx, organization: &OrganizationId, connection: &str) -> Result<Vec<T>> {
    let rows = tx.all::<(Json<T>,)>(
        "SELECT exchange FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 ORDER BY id DESC",
        args![organization, connection],
    )?;
    Ok(rows.into_iter().map(|(Json(recorded),)| recorded).collect())
}

/// Forgets those of a connection that is gone.
pub(crate) fn forget(tx: &mut Tx, organization: &OrganizationId, connection: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2",
        args![organization, connection],
    )?;
    Ok(())
}
