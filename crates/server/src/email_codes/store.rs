use super::{EmailCode, Place};
use crate::one_time_tokens::Purpose;
use database::{Timestamp, Tx, args, row};
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId, ProjectId};
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that a code is kept once it has expired: until then it says that it has, not that it never was.
const KEPT: i64 = 24 * 60;

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM email_codes WHERE scope = $1 AND email_address IN
         (SELECT email_address FROM email_codes WHERE scope = $1 AND project_id = $3 ORDER BY email_address LIMIT $2)",
    ),
    // Those of no organization have the project for their scope.
    of_project: Some(
        "DELETE FROM email_codes WHERE scope = $1 AND email_address IN
         (SELECT email_address FROM email_codes WHERE scope = $1 ORDER BY email_address LIMIT $2)",
    ),
    of_member: Some(
        "DELETE FROM email_codes WHERE scope = $1 AND email_address IN
         (SELECT email_address FROM email_codes WHERE scope = $1 AND member_id = $2 AND used_at IS NULL
          ORDER BY email_address LIMIT $3)",
    ),
    old: &[Old {
        delete: "DELETE FROM email_codes WHERE (scope, email_address) IN
                 (SELECT scope, email_address FROM email_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        kept: Kept::Minutes(KEPT),
    }],
    ..Table::new("email_codes", Owner::Organization(&["scope", "project_id"]))
}];

struct Row {
    code_hash: Vec<u8>,
    purpose: String,
    member_id: Option<MemberId>,
    generation: Option<i64>,
    link_hash: Option<Vec<u8>>,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
}
row!(Row { code_hash, purpose, member_id, generation, link_hash, expires_at, used_at });

pub(super) fn replace(tx: &mut Tx, project: &ProjectId, place: Place, code: &EmailCode, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "INSERT INTO email_codes (scope, email_address, project_id, code_hash, purpose, member_id, generation, link_hash,
                                  created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (scope, email_address) DO UPDATE
         SET code_hash = $4, purpose = $5, member_id = $6, generation = $7, link_hash = $8, created_at = $9,
             expires_at = $10, used_at = NULL",
        args![
            place.scope,
            place.email.as_str(),
            project,
            code.hash.as_slice(),
            code.purpose.as_str(),
            code.member_id.as_ref(),
            code.generation,
            code.link_hash.as_ref().map(<[u8; 32]>::as_slice),
            now,
            code.expires_at
        ],
    )?;
    Ok(())
}

/// Nothing where the purpose is one that only a newer program has.
pub(super) fn find(tx: &mut Tx, project: &ProjectId, place: Place) -> Result<Option<EmailCode>> {
    let row = tx.optional::<Row>(
        "SELECT code_hash, purpose, member_id, generation, link_hash, expires_at, used_at
         FROM email_codes WHERE scope = $1 AND email_address = $2 AND project_id = $3",
        args![place.scope, place.email.as_str(), project],
    )?;
    Ok(row.and_then(|row| {
        Some(EmailCode {
            hash: row.code_hash.try_into().ok()?,
            purpose: Purpose::parse(&row.purpose)?,
            member_id: row.member_id,
            generation: row.generation,
            link_hash: row.link_hash.and_then(|hash| hash.try_into().ok()),
            expires_at: row.expires_at,
            used_at: row.used_at,
        })
    }))
}

pub(super) fn consume(tx: &mut Tx, project: &ProjectId, place: Place, now: Timestamp) -> Result<()> {
    tx.execute_later(
        "UPDATE email_codes SET used_at = $4 WHERE scope = $1 AND email_address = $2 AND project_id = $3",
        args![place.scope, place.email.as_str(), project, now],
    )?;
    Ok(())
}

pub(super) fn consume_of_link(
    tx: &mut Tx,
    project: &ProjectId,
    place: Place,
    link_hash: &[u8; 32],
    now: Timestamp,
) -> Result<()> {
    tx.execute_later(
        "UPDATE email_codes SET used_at = $5
         WHERE scope = $1 AND email_address = $2 AND project_id = $3 AND link_hash = $4 AND used_at IS NULL",
        args![place.scope, place.email.as_str(), project, link_hash.as_slice(), now],
    )?;
    Ok(())
}

pub(super) fn delete_of_purpose(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    purpose: Purpose,
) -> Result<()> {
    tx.execute(
        "DELETE FROM email_codes WHERE scope = $1 AND member_id = $2 AND purpose = $3",
        args![organization, member, purpose.as_str()],
    )?;
    Ok(())
}
