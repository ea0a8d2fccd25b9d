use crate::sso::connections::{Connection, ConnectionId, Kind, Settings};
use database::{FromRow, Json, Row, Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId};
use foundation::keys::{Purpose, Sealed};
use foundation::stored::Stored;
use foundation::tables::{Owner, Table};

/// The table of this subject. New data keys are looked for by project.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM sso_good_settings WHERE project_id = $3 AND organization_id = $1 AND id IN
         (SELECT id FROM sso_good_settings WHERE project_id = $3 AND organization_id = $1 ORDER BY id LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM sso_good_settings WHERE project_id = $1 AND id IN
         (SELECT id FROM sso_good_settings WHERE project_id = $1 ORDER BY id LIMIT $2)",
    ),
    sealed: Some(SEALED),
    ..Table::new("sso_good_settings", Owner::Project("project_id"))
}];

/// The secrets that go with the settings.
const SEALED: Sealed = Sealed {
    column: "sso_good_settings.sealed_secrets",
    purpose: Purpose::SsoConnection,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_secrets FROM sso_good_settings
             WHERE project_id = $1 AND substr(sealed_secrets, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE sso_good_settings SET sealed_secrets = $4
             WHERE project_id = $1 AND id = $2 AND sealed_secrets = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_secrets, 1, 4), COUNT(*) FROM sso_good_settings WHERE project_id = $1
             GROUP BY substr(sealed_secrets, 1, 4)",
            args![project],
        )?)
    },
};

/// Whose settings they are.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    project: &'a ProjectId,
    organization: &'a OrganizationId,
    connection: &'a ConnectionId,
}

impl<'a> Of<'a> {
    pub(super) fn connection(connection: &'a Connection) -> Self {
        Self {
            project: &connection.project_id,
            organization: &connection.organization_id,
            connection: &connection.connection_id,
        }
    }
}

/// Settings, as they are stored.
pub(super) struct Found {
    pub(super) settings: Settings,
    pub(super) sealed_secrets: Vec<u8>,
    pub(super) seen_at: Timestamp,
}

struct OfKind<T>(Stored<T>, Vec<u8>, Timestamp);

impl<T> FromRow for OfKind<T>
where
    Stored<T>: database::FromValue,
{
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Self(row.get("settings")?, row.get("sealed_secrets")?, row.get("seen_at")?))
    }
}

const FIND: &str = "SELECT settings, sealed_secrets, seen_at FROM sso_good_settings
                    WHERE project_id = $1 AND organization_id = $2 AND id = $3";

pub(super) fn find(tx: &mut Tx, of: Of, kind: Kind) -> Result<Option<Found>> {
    let arguments = args![of.project, of.organization, of.connection];
    let found = |settings, sealed_secrets, seen_at| Found { settings, sealed_secrets, seen_at };
    Ok(match kind {
        Kind::Saml => {
            tx.optional::<OfKind<_>>(FIND, arguments)?.map(|OfKind(s, sealed, at)| found(Settings::Saml(s), sealed, at))
        }
        Kind::Oidc => {
            tx.optional::<OfKind<_>>(FIND, arguments)?.map(|OfKind(s, sealed, at)| found(Settings::Oidc(s), sealed, at))
        }
        Kind::External => None,
    })
}

/// Of which version of the connection they are.
pub(super) fn version(tx: &mut Tx, of: Of) -> Result<Option<i64>> {
    let row = tx.optional::<(i64,)>(
        "SELECT version FROM sso_good_settings WHERE project_id = $1 AND organization_id = $2 AND id = $3",
        args![of.project, of.organization, of.connection],
    )?;
    Ok(row.map(|(version,)| version))
}

pub(super) fn put(
    tx: &mut Tx,
    of: Of,
    version: i64,
    settings: &Settings,
    sealed_secrets: &[u8],
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO sso_good_settings (project_id, organization_id, id, version, settings, sealed_secrets, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (project_id, organization_id, id) DO UPDATE
         SET version = $4, settings = $5, sealed_secrets = $6, seen_at = $7",
        args![of.project, of.organization, of.connection, version, Json(settings), sealed_secrets, now],
    )?;
    Ok(())
}
