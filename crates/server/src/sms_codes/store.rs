use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId, ProjectId};
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that a code is kept once it has expired: until then it says that it has, not that it never was.
const KEPT: i64 = 60;

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM sms_codes WHERE organization_id = $1 AND member_id IN
         (SELECT member_id FROM sms_codes WHERE organization_id = $1 AND project_id = $3 ORDER BY member_id LIMIT $2)",
    ),
    of_member: Some(
        "DELETE FROM sms_codes WHERE organization_id = $1 AND member_id IN
         (SELECT member_id FROM sms_codes WHERE organization_id = $1 AND member_id = $2 LIMIT $3)",
    ),
    old: &[Old {
        delete: "DELETE FROM sms_codes WHERE (organization_id, member_id) IN
                 (SELECT organization_id, member_id FROM sms_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        kept: Kept::Minutes(KEPT),
    }],
    ..Table::new("sms_codes", Owner::Organization(&["organization_id", "project_id"]))
}];

/// The code that was last sent to a member, as it is stored.
pub(super) struct Stored {
    pub(super) phone_number: String,
    pub(super) code_hash: Vec<u8>,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}
row!(Stored { phone_number, code_hash, expires_at, used_at });

/// Stores a code in the place of the one before.
pub(super) fn replace(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    member: &MemberId,
    new: &Stored,
    now: Timestamp,
) -> Result<()> {
    delete(tx, organization, member)?;
    tx.execute(
        "INSERT INTO sms_codes (organization_id, member_id, project_id, phone_number, code_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![organization, member, project, &new.phone_number, new.code_hash.as_slice(), now, new.expires_at],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<Option<Stored>> {
    Ok(tx.optional(
        "SELECT phone_number, code_hash, expires_at, used_at FROM sms_codes
         WHERE organization_id = $1 AND member_id = $2",
        args![organization, member],
    )?)
}

/// Notes that a code is used; whether it still was to be.
pub(super) fn use_up(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    hash: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let used = tx.execute(
        "UPDATE sms_codes SET used_at = $4
         WHERE organization_id = $1 AND member_id = $2 AND code_hash = $3 AND used_at IS NULL",
        args![organization, member, hash, now],
    )?;
    Ok(used > 0)
}

pub(super) fn delete(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    tx.execute("DELETE FROM sms_codes WHERE organization_id = $1 AND member_id = $2", args![organization, member])?;
    Ok(())
}
