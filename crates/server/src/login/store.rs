use crate::factors::Factor;
use database::{Json, Timestamp, Tx, args, row};
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{OrganizationId, ProjectId, SessionId};
use foundation::tables::{Kept, Old, Owner, Table};

/// The table of this subject. What was begun in an organization that is gone is of no use, and soon over.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM intermediate_sessions WHERE project_id = $3 AND token_hash IN
         (SELECT token_hash FROM intermediate_sessions WHERE project_id = $3 AND organization_id = $1
          ORDER BY token_hash LIMIT $2)",
    ),
    of_project: Some(
        "DELETE FROM intermediate_sessions WHERE project_id = $1 AND token_hash IN
         (SELECT token_hash FROM intermediate_sessions WHERE project_id = $1 ORDER BY token_hash LIMIT $2)",
    ),
    old: &[Old {
        delete: "DELETE FROM intermediate_sessions WHERE (project_id, token_hash) IN
                 (SELECT project_id, token_hash FROM intermediate_sessions WHERE expires_at < $1
                  ORDER BY expires_at LIMIT $2)",
        kept: Kept::Minutes(0),
    }],
    ..Table::new("intermediate_sessions", Owner::Project("project_id"))
}];

/// An intermediate session, as it is stored: everything but the token.
pub(super) struct Stored {
    pub(super) email_address: Email,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) factors: Json<Vec<Factor>>,
    pub(super) derived_from: Option<SessionId>,
    pub(super) has_created: bool,
    pub(super) expires_at: Timestamp,
}
row!(Stored { email_address, organization_id, factors, derived_from, has_created, expires_at });

pub(super) struct Email(pub(super) EmailAddress);
impl database::FromValue for Email {
    fn from_value(value: database::Value) -> Option<Self> {
        String::from_value(value).map(EmailAddress::stored).map(Self)
    }
}

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, hash: &[u8; 32], stored: &Stored, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO intermediate_sessions (project_id, token_hash, email_address, organization_id, factors,
                                            derived_from, has_created, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            project,
            hash.as_slice(),
            stored.email_address.0.as_str(),
            stored.organization_id.as_ref(),
            Json(&stored.factors.0),
            stored.derived_from.as_ref(),
            stored.has_created,
            now,
            stored.expires_at
        ],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, project: &ProjectId, hash: &[u8; 32], now: Timestamp) -> Result<Option<Stored>> {
    Ok(tx.optional(
        "SELECT email_address, organization_id, factors, derived_from, has_created, expires_at FROM intermediate_sessions i
         WHERE project_id = $1 AND token_hash = $2 AND expires_at > $3
           AND NOT EXISTS (SELECT 1 FROM deleted_organizations d
                           WHERE d.project_id = i.project_id AND d.organization_id = i.organization_id)",
        args![project, hash.as_slice(), now],
    )?)
}

pub(super) fn update(tx: &mut Tx, project: &ProjectId, hash: &[u8; 32], stored: &Stored) -> Result<()> {
    tx.execute(
        "UPDATE intermediate_sessions SET factors = $3, organization_id = $4, derived_from = $5, has_created = $6
         WHERE project_id = $1 AND token_hash = $2",
        args![
            project,
            hash.as_slice(),
            Json(&stored.factors.0),
            stored.organization_id.as_ref(),
            stored.derived_from.as_ref(),
            stored.has_created
        ],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, project: &ProjectId, hash: &[u8; 32]) -> Result<bool> {
    let deleted = tx.execute(
        "DELETE FROM intermediate_sessions WHERE project_id = $1 AND token_hash = $2",
        args![project, hash.as_slice()],
    )?;
    Ok(deleted > 0)
}
