use super::factor::Factor;
use super::intermediate::IntermediateSession;
use crate::email_address::EmailAddress;
use crate::error::Result;
use crate::id::{OrganizationId, ProjectId};
use crate::keys::token::Token;
use database::{Json, Timestamp, Tx, args, row};

struct Stored {
    email_address: Email,
    organization_id: Option<OrganizationId>,
    factors: Json<Vec<Factor>>,
    expires_at: Timestamp,
}
row!(Stored { email_address, organization_id, factors, expires_at });

struct Email(EmailAddress);
impl database::FromValue for Email {
    fn from_value(value: database::Value) -> Option<Self> {
        String::from_value(value).map(EmailAddress::stored).map(Self)
    }
}

pub(super) fn insert_intermediate(
    tx: &mut Tx,
    project: &ProjectId,
    hash: &[u8; 32],
    session: &IntermediateSession,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO intermediate_sessions (project_id, token_hash, email_address, organization_id, factors,
                                            created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            project,
            hash.as_slice(),
            session.email.as_str(),
            session.organization_id.as_ref(),
            Json(&session.factors),
            now,
            session.expires_at
        ],
    )?;
    Ok(())
}

pub(super) fn find_intermediate(
    tx: &mut Tx,
    project: &ProjectId,
    token: &Token,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<IntermediateSession>> {
    let row = tx.optional::<Stored>(
        "SELECT email_address, organization_id, factors, expires_at FROM intermediate_sessions
         WHERE project_id = $1 AND token_hash = $2 AND expires_at > $3",
        args![project, hash.as_slice(), now],
    )?;
    Ok(row.map(|stored| IntermediateSession {
        token: token.clone(),
        email: stored.email_address.0,
        organization_id: stored.organization_id,
        factors: stored.factors.0,
        expires_at: stored.expires_at,
    }))
}

pub(super) fn update_intermediate(
    tx: &mut Tx,
    project: &ProjectId,
    hash: &[u8; 32],
    session: &IntermediateSession,
) -> Result<()> {
    tx.execute(
        "UPDATE intermediate_sessions SET factors = $3, organization_id = $4 WHERE project_id = $1 AND token_hash = $2",
        args![project, hash.as_slice(), Json(&session.factors), session.organization_id.as_ref()],
    )?;
    Ok(())
}

pub(super) fn delete_intermediate(tx: &mut Tx, project: &ProjectId, hash: &[u8; 32]) -> Result<bool> {
    let deleted = tx.execute(
        "DELETE FROM intermediate_sessions WHERE project_id = $1 AND token_hash = $2",
        args![project, hash.as_slice()],
    )?;
    Ok(deleted > 0)
}

/// Forgets those that were begun in an organization that is being deleted.
pub(super) fn purge(tx: &mut Tx, project: &ProjectId, organization: &OrganizationId) -> Result<()> {
    tx.execute(
        "DELETE FROM intermediate_sessions WHERE project_id = $1 AND organization_id = $2",
        args![project, organization],
    )?;
    Ok(())
}

/// Forgets those that have expired, whosever they are; at most so many.
pub(crate) const CLEAN: &str = "DELETE FROM intermediate_sessions WHERE (project_id, token_hash) IN
     (SELECT project_id, token_hash FROM intermediate_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
