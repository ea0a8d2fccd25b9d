use super::Session;
use super::remembered::Revisions;
use crate::error::Result;
use crate::id::{MemberId, OrganizationId, ProjectId, SessionId};
use database::{FromRow, Json, Row, Timestamp, Tx, args};

impl FromRow for Session {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Session {
            organization_id: row.get("organization_id")?,
            member_session_id: row.get("id")?,
            revision: row.get("revision")?,
            member_id: row.get("member_id")?,
            generation: row.get("generation")?,
            started_at: row.get("started_at")?,
            last_accessed_at: row.get("last_accessed_at")?,
            expires_at: row.get("expires_at")?,
            factors: row.get::<Json<_>>("factors")?.0,
            custom_claims: row.get::<Json<_>>("custom_claims")?.0,
        })
    }
}

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, s: &Session, token_hash: &[u8; 32]) -> Result<()> {
    tx.execute(
        "INSERT INTO sessions (organization_id, id, project_id, member_id, generation, token_hash, started_at,
                               last_accessed_at, expires_at, factors, custom_claims)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            &s.organization_id,
            &s.member_session_id,
            project,
            &s.member_id,
            s.generation,
            token_hash.as_slice(),
            s.started_at,
            s.last_accessed_at,
            s.expires_at,
            Json(&s.factors),
            Json(&s.custom_claims)
        ],
    )?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx, s: &Session) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE sessions SET last_accessed_at = $3, expires_at = $4, factors = $5, custom_claims = $6,
                             revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        args![
            &s.organization_id,
            &s.member_session_id,
            s.last_accessed_at,
            s.expires_at,
            Json(&s.factors),
            Json(&s.custom_claims)
        ],
    )?;
    Ok(changed > 0)
}

pub(super) fn find_by_token(
    tx: &mut Tx,
    organization: &OrganizationId,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>> {
    Ok(tx.optional(
        "SELECT * FROM sessions WHERE organization_id = $1 AND token_hash = $2 AND expires_at > $3",
        args![organization, token_hash.as_slice(), now],
    )?)
}

pub(super) fn find(
    tx: &mut Tx,
    organization: &OrganizationId,
    id: &SessionId,
    now: Timestamp,
) -> Result<Option<Session>> {
    Ok(tx.optional(
        "SELECT * FROM sessions WHERE organization_id = $1 AND id = $2 AND expires_at > $3",
        args![organization, id, now],
    )?)
}

/// The revisions of a session that still stands, its member's and its organization's. A member who is not active has
/// none.
pub(super) fn revisions(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &SessionId,
) -> Result<Option<Revisions>> {
    let row = tx.optional::<(i64, Timestamp, i64, Timestamp, i64, Timestamp)>(
        "SELECT s.revision AS session_revision, s.expires_at, m.revision AS member_revision,
                m.updated_at AS member_updated_at, o.revision AS organization_revision,
                o.updated_at AS organization_updated_at
         FROM sessions s
         JOIN members m ON m.organization_id = s.organization_id AND m.id = s.member_id
         JOIN organizations o ON o.id = s.organization_id AND o.project_id = s.project_id
         WHERE s.project_id = $1 AND s.organization_id = $2 AND s.id = $3 AND m.status = 'active'",
        args![project, organization, id],
    )?;
    Ok(row.map(|(session, session_ends, member, member_at, organization, organization_at)| Revisions {
        session: (session, session_ends),
        member: (member, member_at),
        organization: (organization, organization_at),
    }))
}

/// The organization of a session that only its id is known of.
pub(super) fn locate(tx: &mut Tx, project: &ProjectId, id: &SessionId) -> Result<Option<OrganizationId>> {
    let row = tx.optional::<(OrganizationId,)>(
        "SELECT organization_id FROM sessions WHERE project_id = $1 AND id = $2",
        args![project, id],
    )?;
    Ok(row.map(|(id,)| id))
}

pub(super) fn of_member(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    now: Timestamp,
) -> Result<Vec<Session>> {
    Ok(tx.all(
        "SELECT * FROM sessions WHERE organization_id = $1 AND member_id = $2 AND expires_at > $3
         ORDER BY started_at, id",
        args![organization, member, now],
    )?)
}

pub(super) fn delete(tx: &mut Tx, organization: &OrganizationId, id: &SessionId) -> Result<bool> {
    let deleted = tx.execute("DELETE FROM sessions WHERE organization_id = $1 AND id = $2", args![organization, id])?;
    Ok(deleted > 0)
}

pub(super) fn delete_of_member(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
    except: Option<&SessionId>,
) -> Result<u64> {
    Ok(tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id <> $3",
        args![organization, member, except.map_or("", SessionId::as_str)],
    )?)
}

pub(super) fn set_generation(
    tx: &mut Tx,
    organization: &OrganizationId,
    id: &SessionId,
    generation: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE sessions SET generation = $3, revision = revision + 1 WHERE organization_id = $1 AND id = $2",
        args![organization, id, generation],
    )?;
    Ok(())
}

pub(super) fn purge(tx: &mut Tx, organization: &OrganizationId) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE organization_id = $1", args![organization])?;
    Ok(())
}

pub(super) fn touch(tx: &mut Tx, used: &[(SessionId, (OrganizationId, Timestamp))]) -> Result<()> {
    let rows: Vec<_> = used.iter().map(|(id, (organization, at))| args![organization, id, at].to_vec()).collect();
    tx.execute_each(
        "UPDATE sessions SET last_accessed_at = $3 WHERE organization_id = $1 AND id = $2 AND last_accessed_at < $3",
        &rows,
    )?;
    Ok(())
}

/// Forgets sessions that have expired, whosever they are; at most so many.
pub(crate) const CLEAN: &str = "DELETE FROM sessions WHERE (organization_id, id) IN
     (SELECT organization_id, id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
