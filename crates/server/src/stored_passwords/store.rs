use super::StoredPassword;
use database::{Timestamp, Tx, args, row};
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{MemberId, MemberPasswordId, OrganizationId, ProjectId};
use foundation::tables::{Owner, Table};

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM member_passwords WHERE organization_id = $1 AND member_id IN
             (SELECT member_id FROM member_passwords WHERE organization_id = $1 ORDER BY member_id LIMIT $2)",
        ),
        ..Table::new("member_passwords", Owner::Organization(&["organization_id", "project_id"]))
    },
    Table {
        of_project: Some(
            "DELETE FROM address_passwords WHERE project_id = $1 AND email_address IN
             (SELECT email_address FROM address_passwords WHERE project_id = $1 ORDER BY email_address LIMIT $2)",
        ),
        ..Table::new("address_passwords", Owner::Project("project_id"))
    },
];

struct Found {
    id: MemberPasswordId,
    hash: String,
    must_be_reset: bool,
}
row!(Found { id, hash, must_be_reset });

impl From<Found> for StoredPassword {
    fn from(Found { id, hash, must_be_reset }: Found) -> Self {
        Self { id, hash, must_be_reset }
    }
}

pub(super) fn of_member(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
) -> Result<Option<StoredPassword>> {
    let found = tx.optional::<(MemberPasswordId, String)>(
        "SELECT id, hash FROM member_passwords WHERE organization_id = $1 AND member_id = $2",
        args![organization, member],
    )?;
    Ok(found.map(|(id, hash)| StoredPassword { id, hash, must_be_reset: false }))
}

pub(super) fn of_address(tx: &mut Tx, project: &ProjectId, email: &EmailAddress) -> Result<Option<StoredPassword>> {
    let found = tx.optional::<Found>(
        "SELECT id, hash, must_be_reset FROM address_passwords WHERE project_id = $1 AND email_address = $2",
        args![project, email.as_str()],
    )?;
    Ok(found.map(Into::into))
}

pub(super) fn set_of_member(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    member: &MemberId,
    password: &StoredPassword,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO member_passwords (organization_id, member_id, project_id, id, hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (organization_id, member_id)
         DO UPDATE SET id = excluded.id, hash = excluded.hash, created_at = excluded.created_at",
        args![organization, member, project, &password.id, &password.hash, now],
    )?;
    Ok(())
}

pub(super) fn set_of_address(
    tx: &mut Tx,
    project: &ProjectId,
    email: &EmailAddress,
    password: &StoredPassword,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO address_passwords (project_id, email_address, id, hash, must_be_reset, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (project_id, email_address)
         DO UPDATE SET id = excluded.id, hash = excluded.hash, must_be_reset = excluded.must_be_reset,
                       created_at = excluded.created_at",
        args![project, email.as_str(), &password.id, &password.hash, password.must_be_reset, now],
    )?;
    Ok(())
}

pub(super) fn upgrade_of_member(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    id: &MemberPasswordId,
    hash: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE member_passwords SET hash = $4 WHERE organization_id = $1 AND member_id = $2 AND id = $3",
        args![organization, member, id, hash],
    )?;
    Ok(())
}

pub(super) fn upgrade_of_address(
    tx: &mut Tx,
    project: &ProjectId,
    email: &EmailAddress,
    id: &MemberPasswordId,
    hash: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE address_passwords SET hash = $4 WHERE project_id = $1 AND email_address = $2 AND id = $3",
        args![project, email.as_str(), id, hash],
    )?;
    Ok(())
}

pub(super) fn delete_of_member(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    tx.execute(
        "DELETE FROM member_passwords WHERE organization_id = $1 AND member_id = $2",
        args![organization, member],
    )?;
    Ok(())
}

pub(super) fn delete_of_address(tx: &mut Tx, project: &ProjectId, email: &EmailAddress) -> Result<()> {
    tx.execute(
        "DELETE FROM address_passwords WHERE project_id = $1 AND email_address = $2",
        args![project, email.as_str()],
    )?;
    Ok(())
}

pub(super) fn require_reset(tx: &mut Tx, project: &ProjectId, email: &EmailAddress) -> Result<()> {
    tx.execute(
        "UPDATE address_passwords SET must_be_reset = $3 WHERE project_id = $1 AND email_address = $2",
        args![project, email.as_str(), true],
    )?;
    Ok(())
}

pub(super) fn member_of(tx: &mut Tx, organization: &OrganizationId, id: &MemberPasswordId) -> Result<Option<MemberId>> {
    let row = tx.optional::<(MemberId,)>(
        "SELECT member_id FROM member_passwords WHERE organization_id = $1 AND id = $2",
        args![organization, id],
    )?;
    Ok(row.map(|(member,)| member))
}

pub(super) fn are_used(tx: &mut Tx, project: &ProjectId) -> Result<bool> {
    let of_members = tx.optional::<(MemberPasswordId,)>(
        "SELECT id FROM member_passwords WHERE project_id = $1 LIMIT 1",
        args![project],
    )?;
    let of_addresses = tx.optional::<(MemberPasswordId,)>(
        "SELECT id FROM address_passwords WHERE project_id = $1 LIMIT 1",
        args![project],
    )?;
    Ok(of_members.is_some() || of_addresses.is_some())
}
