use super::{Passkey, Use};
use database::{Json, Timestamp, Tx, args, row};
use foundation::error::{ApiError, Error, OnUnique as _, Result};
use foundation::id::{MemberId, OrganizationId, ProjectId};
use foundation::tables::{Kept, Old, Owner, Table};

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM passkeys WHERE organization_id = $1 AND (member_id, id) IN
             (SELECT member_id, id FROM passkeys WHERE organization_id = $1 ORDER BY member_id, id LIMIT $2)",
        ),
        ..Table::new("passkeys", Owner::Organization(&["organization_id", "project_id"]))
    },
    Table {
        of_project: Some(
            "DELETE FROM passkey_challenges WHERE project_id = $1 AND challenge_hash IN
             (SELECT challenge_hash FROM passkey_challenges WHERE project_id = $1 ORDER BY challenge_hash LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM passkey_challenges WHERE (project_id, challenge_hash) IN
                     (SELECT project_id, challenge_hash FROM passkey_challenges WHERE expires_at < $1
                      ORDER BY expires_at LIMIT $2)",
            kept: Kept::Minutes(0),
        }],
        ..Table::new("passkey_challenges", Owner::Project("project_id"))
    },
];

row!(Passkey {
    organization_id,
    member_id,
    id,
    credential_id,
    domain,
    public_key,
    sign_count,
    aaguid,
    transports,
    is_backed_up,
    name,
    created_at,
    last_used_at
});

pub(super) fn of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<Vec<Passkey>> {
    Ok(tx.all(
        "SELECT organization_id, member_id, id, credential_id, domain, public_key, sign_count, aaguid, transports,
                is_backed_up, name, created_at, last_used_at
         FROM passkeys WHERE organization_id = $1 AND member_id = $2 ORDER BY id",
        args![organization, member],
    )?)
}

pub(super) fn find_by_credential(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    credential: &[u8],
) -> Result<Option<Passkey>> {
    Ok(tx.optional(
        "SELECT organization_id, member_id, id, credential_id, domain, public_key, sign_count, aaguid, transports,
                is_backed_up, name, created_at, last_used_at
         FROM passkeys WHERE organization_id = $1 AND member_id = $2 AND credential_id = $3",
        args![organization, member, credential],
    )?)
}

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, new: &Passkey) -> Result<()> {
    tx.execute(
        "INSERT INTO passkeys (organization_id, member_id, id, project_id, credential_id, domain, public_key, sign_count,
                               aaguid, transports, is_backed_up, name, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            &new.organization_id,
            &new.member_id,
            &new.id,
            project,
            new.credential_id.as_slice(),
            &new.domain,
            new.public_key.as_slice(),
            new.sign_count,
            &new.aaguid,
            Json(&new.transports.0),
            new.is_backed_up,
            &new.name,
            new.created_at,
            new.last_used_at
        ],
    )
    .on_unique("passkeys_organization_id_credential_id_key", ApiError::DuplicateWebauthnRegistration)?;
    Ok(())
}

pub(super) fn note_use(tx: &mut Tx, passkey: &Passkey, used: Use, now: Timestamp) -> Result<()> {
    let noted = tx.execute(
        "UPDATE passkeys SET sign_count = $5, is_backed_up = $6, last_used_at = $7
         WHERE organization_id = $1 AND member_id = $2 AND id = $3 AND sign_count = $4",
        args![
            &passkey.organization_id,
            &passkey.member_id,
            &passkey.id,
            passkey.sign_count,
            i64::from(used.sign_count),
            used.is_backed_up,
            now
        ],
    )?;
    if noted > 0 { Ok(()) } else { Err(Error::Conflict) }
}

pub(super) fn rename(tx: &mut Tx, passkey: &Passkey, name: &str) -> Result<()> {
    tx.execute(
        "UPDATE passkeys SET name = $4 WHERE organization_id = $1 AND member_id = $2 AND id = $3",
        args![&passkey.organization_id, &passkey.member_id, &passkey.id, name],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, passkey: &Passkey) -> Result<()> {
    tx.execute(
        "DELETE FROM passkeys WHERE organization_id = $1 AND member_id = $2 AND id = $3",
        args![&passkey.organization_id, &passkey.member_id, &passkey.id],
    )?;
    Ok(())
}

pub(super) fn delete_of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    tx.execute("DELETE FROM passkeys WHERE organization_id = $1 AND member_id = $2", args![organization, member])?;
    Ok(())
}

/// Whether it was not used before. One that another transaction notes meanwhile, which this one does not see, is in conflict with
/// it.
pub(super) fn use_challenge(tx: &mut Tx, project: &ProjectId, hash: &[u8; 32], expires_at: Timestamp) -> Result<bool> {
    let noted = tx.execute(
        "INSERT INTO passkey_challenges (project_id, challenge_hash, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        args![project, hash.as_slice(), expires_at],
    )?;
    Ok(noted > 0)
}
