use super::Connection;
use super::token::TokenRecord;
use crate::scim::directory::KEPT;
use database::{FromRow, Json, Row, Timestamp, Tx, args};
use foundation::error::{ApiError, OnUnique as _, Result};
use foundation::id::{OrganizationId, ScimConnectionId};
use foundation::tables::{Kept, Old, Owner, Table};

/// The table of this subject. A connection that is deleted is forgotten once all that came by it is gone.
pub(in crate::scim) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM scim_connections WHERE organization_id = $1 AND id IN
         (SELECT id FROM scim_connections WHERE organization_id = $1 ORDER BY id LIMIT $2)",
    ),
    old: &[Old {
        delete: "DELETE FROM scim_connections WHERE (organization_id, id) IN
                 (SELECT c.organization_id, c.id FROM scim_connections c WHERE c.deleted_at < $1
                  AND NOT EXISTS (SELECT 1 FROM scim_memberships s
                                  WHERE s.organization_id = c.organization_id AND s.connection_id = c.id)
                  AND NOT EXISTS (SELECT 1 FROM scim_users s
                                  WHERE s.organization_id = c.organization_id AND s.connection_id = c.id)
                  AND NOT EXISTS (SELECT 1 FROM scim_groups s
                                  WHERE s.organization_id = c.organization_id AND s.connection_id = c.id)
                  ORDER BY c.deleted_at LIMIT $2)",
        kept: Kept::Minutes(2 * KEPT),
    }],
    ..Table::new("scim_connections", Owner::Organization(&["organization_id", "project_id"]))
}];

impl FromRow for Connection {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        let next = match row.get::<Option<Vec<u8>>>("next_bearer_token_hash")? {
            Some(hash) => Some(TokenRecord {
                hash,
                last_four: row.get("next_bearer_token_last_four")?,
                expires_at: row.get("next_bearer_token_expires_at")?,
            }),
            None => None,
        };
        Ok(Self {
            project_id: row.get("project_id")?,
            organization_id: row.get("organization_id")?,
            connection_id: row.get("id")?,
            version: row.get("version")?,
            display_name: row.get("display_name")?,
            settings: row.get("settings")?,
            bearer_token: TokenRecord {
                hash: row.get("bearer_token_hash")?,
                last_four: row.get("bearer_token_last_four")?,
                expires_at: row.get("bearer_token_expires_at")?,
            },
            next_bearer_token: next,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

pub(super) fn insert(tx: &mut Tx, new: &Connection) -> Result<()> {
    tx.execute(
        "INSERT INTO scim_connections (organization_id, id, project_id, display_name, settings, bearer_token_hash,
                                       bearer_token_last_four, bearer_token_expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &new.organization_id,
            &new.connection_id,
            &new.project_id,
            &new.display_name,
            Json(&new.settings),
            new.bearer_token.hash.as_slice(),
            &new.bearer_token.last_four,
            new.bearer_token.expires_at,
            new.created_at,
            new.updated_at
        ],
    )
    .on_unique("scim_connections_organization_id_key", ApiError::ActiveScimConnectionExists)?;
    Ok(())
}

/// Stores a changed connection, if it is still as it was; whether it was.
pub(super) fn update(tx: &mut Tx, changed: &Connection) -> Result<bool> {
    let next = changed.next_bearer_token.as_ref();
    let updated = tx.execute(
        "UPDATE scim_connections SET display_name = $4, settings = $5, bearer_token_hash = $6, bearer_token_last_four = $7,
                                     bearer_token_expires_at = $8, next_bearer_token_hash = $9,
                                     next_bearer_token_last_four = $10, next_bearer_token_expires_at = $11,
                                     updated_at = $12, version = version + 1
         WHERE organization_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL",
        args![
            &changed.organization_id,
            &changed.connection_id,
            changed.version,
            &changed.display_name,
            Json(&changed.settings),
            changed.bearer_token.hash.as_slice(),
            &changed.bearer_token.last_four,
            changed.bearer_token.expires_at,
            next.map(|token| token.hash.as_slice()),
            next.map(|token| token.last_four.as_str()),
            next.map(|token| token.expires_at),
            changed.updated_at
        ],
    )?;
    Ok(updated > 0)
}

/// Deletes a connection, if it is still as it was; whether it was. What came by it goes with time.
pub(super) fn delete(tx: &mut Tx, deleted: &Connection, now: Timestamp) -> Result<bool> {
    let updated = tx.execute(
        "UPDATE scim_connections SET deleted_at = $4, version = version + 1
         WHERE organization_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL",
        args![&deleted.organization_id, &deleted.connection_id, deleted.version, now],
    )?;
    Ok(updated > 0)
}

pub(super) fn find(tx: &mut Tx, organization: &OrganizationId, id: &ScimConnectionId) -> Result<Option<Connection>> {
    Ok(tx.optional(
        "SELECT * FROM scim_connections WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL",
        args![organization, id],
    )?)
}

/// The organization of a connection that is there.
pub(super) fn organization(tx: &mut Tx, id: &ScimConnectionId) -> Result<Option<OrganizationId>> {
    let row = tx.optional::<(OrganizationId,)>(
        "SELECT organization_id FROM scim_connections WHERE id = $1 AND deleted_at IS NULL",
        args![id],
    )?;
    Ok(row.map(|(id,)| id))
}
