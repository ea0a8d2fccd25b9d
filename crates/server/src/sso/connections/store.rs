use super::{ConnectionId, Kind, Settings};
use crate::recorder;
use database::{FromRow, Json, Row, Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};
use foundation::keys::{Purpose, Sealed};
use foundation::tables::{Owner, Table};

/// The table of this subject. New data keys are looked for by project.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM sso_connections WHERE project_id = $3 AND organization_id = $1 AND id IN
         (SELECT id FROM sso_connections WHERE project_id = $3 AND organization_id = $1 ORDER BY id LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM sso_connections WHERE project_id = $1 AND id IN
         (SELECT id FROM sso_connections WHERE project_id = $1 ORDER BY id LIMIT $2)",
    ),
    sealed: Some(SEALED),
    ..Table::new("sso_connections", Owner::Project("project_id"))
}];

/// The secrets of clients, and private keys.
const SEALED: Sealed = Sealed {
    column: "sso_connections.sealed_secrets",
    purpose: Purpose::SsoConnection,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_secrets FROM sso_connections
             WHERE project_id = $1 AND substr(sealed_secrets, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE sso_connections SET sealed_secrets = $4
             WHERE project_id = $1 AND id = $2 AND sealed_secrets = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_secrets, 1, 4), COUNT(*) FROM sso_connections WHERE project_id = $1
             GROUP BY substr(sealed_secrets, 1, 4)",
            args![project],
        )?)
    },
};

/// A connection, as it is stored.
pub(super) struct Stored {
    pub(super) project_id: ProjectId,
    pub(super) organization_id: OrganizationId,
    pub(super) id: ConnectionId,
    pub(super) version: i64,
    pub(super) is_active: bool,
    pub(super) display_name: String,
    pub(super) settings: Settings,
    pub(super) sealed_secrets: Vec<u8>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

impl FromRow for Stored {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        let kind: String = row.get("kind")?;
        let settings = match kind.as_str() {
            kind if kind == Kind::Saml.as_str() => Settings::Saml(row.get("settings")?),
            kind if kind == Kind::Oidc.as_str() => Settings::Oidc(row.get("settings")?),
            _ => Settings::External(row.get("settings")?),
        };
        Ok(Self {
            project_id: row.get("project_id")?,
            organization_id: row.get("organization_id")?,
            id: row.get("id")?,
            version: row.get("version")?,
            is_active: row.get("is_active")?,
            display_name: row.get("display_name")?,
            settings,
            sealed_secrets: row.get("sealed_secrets")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// The connection of another organization that this one stands for.
fn lender(settings: &Settings) -> Option<&str> {
    match settings {
        Settings::External(external) => Some(&external.external_connection_id),
        Settings::Saml(_) | Settings::Oidc(_) => None,
    }
}

pub(super) fn insert(tx: &mut Tx, new: &Stored) -> Result<()> {
    tx.execute(
        "INSERT INTO sso_connections (project_id, organization_id, id, kind, is_active, display_name, settings,
                                      sealed_secrets, external_connection_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            &new.project_id,
            &new.organization_id,
            &new.id,
            new.settings.kind().as_str(),
            new.is_active,
            &new.display_name,
            Json(&new.settings),
            new.sealed_secrets.as_slice(),
            lender(&new.settings),
            new.created_at,
            new.updated_at
        ],
    )?;
    Ok(())
}

/// Stores a changed connection, if it is still as it was; whether it was.
pub(super) fn update(tx: &mut Tx, changed: &Stored) -> Result<bool> {
    let updated = tx.execute(
        "UPDATE sso_connections SET display_name = $5, settings = $6, sealed_secrets = $7, updated_at = $8,
                                    is_active = $9, version = version + 1
         WHERE project_id = $1 AND organization_id = $2 AND id = $3 AND version = $4",
        args![
            &changed.project_id,
            &changed.organization_id,
            &changed.id,
            changed.version,
            &changed.display_name,
            Json(&changed.settings),
            changed.sealed_secrets.as_slice(),
            changed.updated_at,
            changed.is_active
        ],
    )?;
    Ok(updated > 0)
}

/// Deletes a connection, with who is registered by it, what was recorded of it, and how it was when somebody came in.
pub(super) fn delete(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<bool> {
    tx.execute(
        "DELETE FROM sso_registrations WHERE organization_id = $1 AND connection_id = $2",
        args![organization, id],
    )?;
    recorder::forget(tx, organization, id.as_str())?;
    tx.execute(
        "DELETE FROM sso_good_settings WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?;
    let deleted = tx.execute(
        "DELETE FROM sso_connections WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?;
    Ok(deleted > 0)
}

pub(super) fn find(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Option<Stored>> {
    Ok(tx.optional(
        "SELECT * FROM sso_connections WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?)
}

/// How often it was changed, while it is there.
pub(super) fn version(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &ConnectionId,
) -> Result<Option<i64>> {
    let row = tx.optional::<(i64,)>(
        "SELECT version FROM sso_connections WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?;
    Ok(row.map(|(version,)| version))
}

/// Wherever in the project.
pub(super) fn find_in_project(tx: &mut Tx, project: &ProjectId, id: &ConnectionId) -> Result<Option<Stored>> {
    Ok(tx.optional("SELECT * FROM sso_connections WHERE project_id = $1 AND id = $2", args![project, id])?)
}

/// Whose it is: identity providers say no more than the id.
pub(super) fn locate(tx: &mut Tx, id: &ConnectionId) -> Result<Option<ProjectId>> {
    let row = tx.optional::<(ProjectId,)>("SELECT project_id FROM sso_connections WHERE id = $1", args![id])?;
    Ok(row.map(|(project,)| project))
}

/// Those of an organization, the oldest first.
pub(super) fn all(tx: &mut Tx, project: &ProjectId, organization: &OrganizationId) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "SELECT * FROM sso_connections WHERE project_id = $1 AND organization_id = $2 ORDER BY created_at, id",
        args![project, organization],
    )?)
}

/// Those by SAML by which people can log in, of everybody, by their id.
pub(super) fn active_saml(tx: &mut Tx, after: &str, at_most: i64) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "SELECT * FROM sso_connections WHERE id > $1 AND kind = 'saml' AND is_active ORDER BY id LIMIT $2",
        args![after, at_most],
    )?)
}

/// Those of other organizations that stand for this one.
pub(super) fn borrowers(tx: &mut Tx, project: &ProjectId, lender: &ConnectionId) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "SELECT * FROM sso_connections WHERE project_id = $1 AND external_connection_id = $2 ORDER BY id",
        args![project, lender],
    )?)
}

/// Writes the row and changes nothing in it, so that whoever changes it meanwhile is in conflict.
pub(super) fn hold(tx: &mut Tx, project: &ProjectId, organization: &OrganizationId, id: &ConnectionId) -> Result<bool> {
    let held = tx.execute(
        "UPDATE sso_connections SET version = version + 1 WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![project, organization, id],
    )?;
    Ok(held > 0)
}
