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

/// Stores exchanges of a connection that are known, or are not, each with its id and time, and keeps so many of the newest.
pub(crate) fn append<'a, T: Serialize + 'a>(
    tx: &mut Tx,
    of: Connected,
    is_known: bool,
    kept: i64,
    exchanges: impl IntoIterator<Item = (&'a str, Timestamp, &'a T)>,
) -> Result<()> {
    for (id, at, exchange) in exchanges {
        insert(tx, of, id, is_known, exchange, at)?;
    }
    trim(tx, of, is_known, kept)
}

/// Whether the exchange with this id is one of sixteen after which the old ones are taken away: PostgreSQL looks for them through all
/// that were taken away since it last cleaned, which after each exchange would cost as much as all else of a login.
pub(crate) fn is_to_trim(id: &str) -> bool {
    id.ends_with('0')
}

/// So many of the newest of a connection that are known, and so many that are not, the newest first.
pub(crate) fn all<T: DeserializeOwned>(
    tx: &mut Tx,
    organization: &OrganizationId,
    connection: &str,
    (known, unknown): (i64, i64),
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    for (is_known, kept) in [(true, known), (false, unknown)] {
        rows.extend(tx.all::<(String, Json<T>)>(
            "SELECT id, exchange FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2 AND is_known = $3
             ORDER BY id DESC LIMIT $4",
            args![organization, connection, is_known, kept],
        )?);
    }
    rows.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
    Ok(rows.into_iter().map(|(_, Json(recorded))| recorded).collect())
}

/// Forgets those of a connection that is gone.
pub(crate) fn forget(tx: &mut Tx, organization: &OrganizationId, connection: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM sso_exchanges WHERE organization_id = $1 AND connection_id = $2",
        args![organization, connection],
    )?;
    Ok(())
}
