use super::Recorded;
use crate::sso::connections::ConnectionId;
use database::{Json, Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId, SsoExchangeId};
use foundation::tables::{Owner, Table};

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
pub(super) struct Of<'a> {
    pub(super) organization: &'a OrganizationId,
    pub(super) connection: &'a ConnectionId,
}

pub(super) fn insert(
    tx: &mut Tx,
    of: Of,
    project: &ProjectId,
    id: &SsoExchangeId,
    is_known: bool,
    exchange: &Recorded,
    now: Timestamp,
) -> Result<()> {
    tx.execute_later(
        "INSERT INTO sso_exchanges (organization_id, connection_id, id, project_id, is_known, exchange, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![of.organization, of.connection, id, project, is_known, Json(exchange), now],
    )?;
    Ok(())
}

/// Keeps the newest of a connection that are known, or are not.
pub(super) fn trim(tx: &mut Tx, of: Of, is_known: bool, kept: i64) -> Result<()> {
    tx.execute_later(
        "DELETE FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 AND is_known = $3 AND id <=
         (SELECT id FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 AND is_known = $3
          ORDER BY id DESC LIMIT 1 OFFSET $4)",
        args![of.organization, of.connection, is_known, kept],
    )?;
    Ok(())
}

/// Those of a connection, the newest first.
pub(super) fn all(tx: &mut Tx, of: Of) -> Result<Vec<Recorded>> {
    let rows = tx.all::<(Json<Recorded>,)>(
        "SELECT exchange FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 ORDER BY id DESC",
        args![of.organization, of.connection],
    )?;
    Ok(rows.into_iter().map(|(Json(recorded),)| recorded).collect())
}
