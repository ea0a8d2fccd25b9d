use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{ProjectId, SigningKeyId};
use foundation::keys::{Purpose, Sealed};
use foundation::tables::{Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_project: Some("DELETE FROM signing_keys WHERE project_id = $1"),
    sealed: Some(SEALED),
    ..Table::new("signing_keys", Owner::Project("project_id"))
}];

/// A key pair as the database has it.
pub(super) struct Stored {
    pub(super) id: SigningKeyId,
    pub(super) sealed_private_key: Vec<u8>,
    pub(super) created_at: Timestamp,
    pub(super) signs_from: Timestamp,
    pub(super) published_until: Option<Timestamp>,
}
row!(Stored { id, sealed_private_key, created_at, signs_from, published_until });

/// The keys of a project, newest first.
pub(super) fn all(tx: &mut Tx, project: &ProjectId) -> Result<Vec<Stored>> {
    Ok(tx.all(
        "SELECT id, sealed_private_key, created_at, signs_from, published_until FROM signing_keys
         WHERE project_id = $1 ORDER BY signs_from DESC, id DESC",
        args![project],
    )?)
}

/// How old a key is, and what it does.
pub(crate) struct Age {
    pub(crate) id: SigningKeyId,
    pub(crate) created_at: Timestamp,
    pub(crate) signs_from: Timestamp,
    /// `None` for the one that signs last.
    pub(crate) published_until: Option<Timestamp>,
}
row!(Age { id, created_at, signs_from, published_until });

/// The same of all of a project, newest first.
pub(super) fn ages(tx: &mut Tx, project: &ProjectId) -> Result<Vec<Age>> {
    Ok(tx.all(
        "SELECT id, created_at, signs_from, published_until FROM signing_keys WHERE project_id = $1
         ORDER BY signs_from DESC, id DESC",
        args![project],
    )?)
}

/// The private keys.
const SEALED: Sealed = Sealed {
    column: "signing_keys.sealed_private_key",
    purpose: Purpose::SigningKey,
    others: |tx, project, header, after, limit| {
        Ok(tx.all(
            "SELECT id, sealed_private_key FROM signing_keys
             WHERE project_id = $1 AND substr(sealed_private_key, 1, 4) <> $2 AND id > $3 ORDER BY id LIMIT $4",
            args![project, header, after, limit],
        )?)
    },
    replace: |tx, project, row, before, after| {
        tx.execute(
            "UPDATE signing_keys SET sealed_private_key = $4
             WHERE project_id = $1 AND id = $2 AND sealed_private_key = $3",
            args![project, row, before, after],
        )?;
        Ok(())
    },
    count: |tx, project| {
        Ok(tx.all(
            "SELECT substr(sealed_private_key, 1, 4), COUNT(*) FROM signing_keys WHERE project_id = $1
             GROUP BY substr(sealed_private_key, 1, 4)",
            args![project],
        )?)
    },
};

pub(super) fn insert(
    tx: &mut Tx,
    project: &ProjectId,
    id: &SigningKeyId,
    sealed: Vec<u8>,
    created_at: Timestamp,
    signs_from: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO signing_keys (project_id, id, sealed_private_key, created_at, signs_from)
         VALUES ($1, $2, $3, $4, $5)",
        args![project, id, sealed, created_at, signs_from],
    )?;
    Ok(())
}

/// The present keys are published until then, and no longer.
pub(super) fn end_publication(tx: &mut Tx, project: &ProjectId, until: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE signing_keys SET published_until = $2 WHERE project_id = $1 AND published_until IS NULL",
        args![project, until],
    )?;
    Ok(())
}
