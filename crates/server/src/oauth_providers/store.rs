use super::{Provider, Settings};
use database::{Json, Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::ProjectId;
use foundation::keys::{Purpose, Sealed};
use foundation::tables::{Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_project: Some("DELETE FROM oauth_providers WHERE project_id = $1"),
    sealed: Some(SEALED),
    ..Table::new("oauth_providers", Owner::Project("project_id"))
}];

/// The secrets of clients.
const SEALED: Sealed = Sealed {
    column: "oauth_providers.sealed_secret",
    purpose: Purpose::OauthProvider,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT name, sealed_secret FROM oauth_providers
             WHERE project_id = $1 AND substr(sealed_secret, 1, 4) <> $2 AND name > $3 ORDER BY name LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE oauth_providers SET sealed_secret = $4
             WHERE project_id = $1 AND name = $2 AND sealed_secret = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_secret, 1, 4), COUNT(*) FROM oauth_providers WHERE project_id = $1
             GROUP BY substr(sealed_secret, 1, 4)",
            args![project],
        )?)
    },
};

/// A provider, as it is stored.
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) settings: Json<Settings>,
    pub(super) sealed_secret: Vec<u8>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}
row!(Stored { name, settings, sealed_secret, created_at, updated_at });

pub(super) fn find(tx: &mut Tx, project: &ProjectId, provider: &Provider) -> Result<Option<Stored>> {
    Ok(tx.optional(
        "SELECT name, settings, sealed_secret, created_at, updated_at FROM oauth_providers
         WHERE project_id = $1 AND name = $2",
        args![project, provider.name()],
    )?)
}

/// Those of a project, by their names.
pub(super) fn all(tx: &mut Tx, project: &ProjectId) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "SELECT name, settings, sealed_secret, created_at, updated_at FROM oauth_providers
         WHERE project_id = $1 ORDER BY name",
        args![project],
    )?)
}

pub(super) fn put(tx: &mut Tx, project: &ProjectId, stored: &Stored) -> Result<()> {
    tx.execute(
        "INSERT INTO oauth_providers (project_id, name, settings, sealed_secret, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (project_id, name) DO UPDATE
         SET settings = excluded.settings, sealed_secret = excluded.sealed_secret, updated_at = excluded.updated_at",
        args![
            project,
            &stored.name,
            Json(&stored.settings.0),
            stored.sealed_secret.as_slice(),
            stored.created_at,
            stored.updated_at
        ],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, project: &ProjectId, provider: &Provider) -> Result<()> {
    tx.execute("DELETE FROM oauth_providers WHERE project_id = $1 AND name = $2", args![project, provider.name()])?;
    Ok(())
}
