use super::RegistrationKey;
use crate::members::{Member, Status};
use database::{Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId};
use foundation::tables::{Owner, Table};

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM sso_registrations WHERE organization_id = $1 AND (connection_id, identity_hash) IN
         (SELECT connection_id, identity_hash FROM sso_registrations WHERE organization_id = $1
          ORDER BY connection_id, identity_hash LIMIT $2)",
    ),
    ..Table::new("sso_registrations", Owner::Organization(&["organization_id", "project_id"]))
}];

const FIND: &str = "SELECT * FROM members WHERE organization_id = $1 AND id =
         (SELECT member_id FROM sso_registrations
          WHERE organization_id = $1 AND connection_id = $2 AND identity_hash = $3)";

/// Which member of an organization a person at an identity provider is; also when deleted.
pub(super) fn find(tx: &mut Tx, organization: &OrganizationId, key: RegistrationKey) -> Result<Option<Member>> {
    Ok(tx.optional(FIND, args![organization, key.connection_id, key.identity_hash.as_slice()])?)
}

pub(super) fn prefetch(tx: &mut Tx, organization: &OrganizationId, key: RegistrationKey) -> Result<()> {
    Ok(tx.prefetch(FIND, args![organization, key.connection_id, key.identity_hash.as_slice()])?)
}

/// Of a connection a member has one registration.
pub(super) fn replace_registration(tx: &mut Tx, m: &Member, key: RegistrationKey, now: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM sso_registrations WHERE organization_id = $1 AND member_id = $2 AND connection_id = $3",
        args![&m.organization_id, &m.member_id, key.connection_id],
    )?;
    // Whoever was it and is deleted comes back with registrations of their own.
    tx.execute(
        "INSERT INTO sso_registrations (organization_id, connection_id, identity_hash, project_id, member_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (organization_id, connection_id, identity_hash) DO UPDATE SET member_id = excluded.member_id,
                                                                                  created_at = excluded.created_at",
        args![
            &m.organization_id,
            key.connection_id,
            key.identity_hash.as_slice(),
            &m.project_id,
            &m.member_id,
            now
        ],
    )?;
    Ok(())
}

/// Ends a deleted member's registrations: whoever was it may become another member.
pub(super) fn delete_registrations(tx: &mut Tx, m: &Member) -> Result<()> {
    tx.execute(
        "DELETE FROM sso_registrations WHERE organization_id = $1 AND member_id = $2",
        args![&m.organization_id, &m.member_id],
    )?;
    Ok(())
}

/// Those whom a connection has let in, who are active: so many, the last first.
pub(super) fn members_of(
    tx: &mut Tx,
    organization: &OrganizationId,
    connection: &str,
    but: &MemberId,
    limit: i64,
) -> Result<Vec<Member>> {
    Ok(tx.all(
        "SELECT m.* FROM sso_registrations r JOIN members m ON m.organization_id = r.organization_id AND m.id = r.member_id
         WHERE r.organization_id = $1 AND r.connection_id = $2 AND m.id <> $3 AND m.status = $4
         ORDER BY r.member_id DESC LIMIT $5",
        args![organization, connection, but, Status::Active.as_str(), limit],
    )?)
}
