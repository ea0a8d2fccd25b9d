use super::news::News;
use super::{Client, Session};
use database::{FromRow, Json, Row, Timestamp, Tx, args};
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId, ProjectId, SessionId};
use foundation::tables::{Kept, Old, Owner, Table};
use foundation::time::MINUTE;

const ALIVE: &str = "SELECT
         (SELECT COUNT(*) FROM sessions WHERE expires_in_hour > $1)
         + (SELECT COUNT(*) FROM sessions WHERE expires_in_hour = $1 AND expires_at > $2)";

/// How many have not ended, of everybody. All but those that end in this hour are counted in an index.
pub(super) fn alive(tx: &mut Tx, now: Timestamp) -> Result<i64> {
    let hour = Timestamp(now.0 - now.0.rem_euclid(60 * MINUTE));
    let (alive,) = tx.one::<(i64,)>(ALIVE, args![hour, now])?;
    Ok(alive)
}

/// The table of this subject.
pub(crate) const TABLES: &[Table] = &[Table {
    of_organization: Some(
        "DELETE FROM sessions WHERE organization_id = $1 AND id IN
         (SELECT id FROM sessions WHERE organization_id = $1 AND project_id = $3 ORDER BY id LIMIT $2)",
    ),
    of_member: Some(
        "DELETE FROM sessions WHERE organization_id = $1 AND id IN
         (SELECT id FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id <> $4 ORDER BY id LIMIT $3)",
    ),
    derived_of_member: Some(
        "DELETE FROM sessions WHERE project_id = $1 AND id <> $4 AND id IN (
             WITH RECURSIVE derived (id) AS (
                 SELECT id FROM sessions WHERE project_id = $1 AND origin_member_id = $2
                 UNION SELECT d.id FROM sessions s, sessions d
                 WHERE s.organization_id = $3 AND s.member_id = $2 AND d.project_id = $1 AND d.derived_from = s.id
                 UNION SELECT d.id FROM derived, sessions d WHERE d.project_id = $1 AND d.derived_from = derived.id)
             SELECT id FROM derived) RETURNING organization_id, member_id, id",
    ),
    old: &[Old {
        delete: "DELETE FROM sessions WHERE (organization_id, id) IN
                 (SELECT organization_id, id FROM sessions WHERE expires_in_hour <= $1 AND expires_at < $1
                  ORDER BY expires_in_hour LIMIT $2)",
        kept: Kept::Minutes(0),
    }],
    ..Table::new("sessions", Owner::Organization(&["organization_id", "project_id"]))
}];

impl FromRow for Session {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Session {
            organization_id: row.get("organization_id")?,
            member_session_id: row.get("id")?,
            revision: row.get("revision")?,
            shortened: row.get("shortened")?,
            member_id: row.get("member_id")?,
            generation: row.get("generation")?,
            derived_from: row.get("derived_from")?,
            origin_member_id: row.get("origin_member_id")?,
            started_at: row.get("started_at")?,
            last_accessed_at: row.get("last_accessed_at")?,
            expires_at: row.get("expires_at")?,
            factors: row.get::<Json<_>>("factors")?.0,
            custom_claims: row.get::<Json<_>>("custom_claims")?.0,
        })
    }
}

/// Stores a new session; how many the member has. PostgreSQL does not count the new one.
pub(super) fn insert(
    tx: &mut Tx,
    project: &ProjectId,
    s: &Session,
    token_hash: &[u8; 32],
    client: Option<&Client>,
) -> Result<i64> {
    let row = tx.optional::<(i64,)>(
        "INSERT INTO sessions (organization_id, id, project_id, member_id, generation, derived_from, origin_member_id,
                               token_hash, started_at, last_accessed_at, expires_at, factors, custom_claims,
                               client)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         RETURNING (SELECT count(*) FROM sessions o WHERE o.organization_id = $1 AND o.member_id = $4) AS others",
        args![
            &s.organization_id,
            &s.member_session_id,
            project,
            &s.member_id,
            s.generation,
            s.derived_from.as_ref(),
            s.origin_member_id.as_ref(),
            token_hash.as_slice(),
            s.started_at,
            s.last_accessed_at,
            s.expires_at,
            Json(&s.factors),
            Json(&s.custom_claims),
            client.map(Json)
        ],
    )?;
    Ok(row.map_or(0, |(others,)| others))
}

/// Stores a session that goes on. Its end is stored only where it was `set`: it may have moved away elsewhere.
pub(super) fn update(tx: &mut Tx, s: &Session, set: bool) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE sessions SET last_accessed_at = $3, factors = $4, custom_claims = $5, shortened = $6, generation = $7,
                             expires_at = CASE WHEN $8 THEN $9 ELSE expires_at END, revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        args![
            &s.organization_id,
            &s.member_session_id,
            s.last_accessed_at,
            Json(&s.factors),
            Json(&s.custom_claims),
            s.shortened,
            s.generation,
            set,
            s.expires_at
        ],
    )?;
    Ok(changed > 0)
}

/// Notes that a session is used; whether there is one.
pub(super) fn note_use(tx: &mut Tx, organization: &OrganizationId, id: &SessionId, now: Timestamp) -> Result<bool> {
    let noted = tx.execute(
        "UPDATE sessions SET last_accessed_at = CASE WHEN last_accessed_at < $3 THEN $3 ELSE last_accessed_at END
         WHERE organization_id = $1 AND id = $2",
        args![organization, id, now],
    )?;
    Ok(noted > 0)
}

/// Brings the end of a session nearer, than what is stored or was promised, or moves one away that is near; whose session
/// it is that has not ended.
pub(super) fn set_end(
    tx: &mut Tx,
    organization: &OrganizationId,
    id: &SessionId,
    end: Timestamp,
    promised: Timestamp,
    now: Timestamp,
) -> Result<Option<MemberId>> {
    let set = tx.optional::<(MemberId,)>(
        "UPDATE sessions SET shortened = shortened + CASE WHEN expires_at > $3 OR $5 > $3 THEN 1 ELSE 0 END,
                             expires_at = $3, revision = revision + 1
         WHERE organization_id = $1 AND id = $2 AND expires_at > $4
         RETURNING member_id",
        args![organization, id, end, now, promised],
    )?;
    Ok(set.map(|(member,)| member))
}

/// Sessions that one statement of [`write_news`] writes.
const AT_ONCE: usize = 10;

/// Writes what was written behind.
pub(super) fn write_news(tx: &mut Tx, news: &[(SessionId, News)]) -> Result<()> {
    let never = Timestamp(0);
    let row = |(id, news): &(SessionId, News)| {
        let (end, shortened) = news.end.map_or((never, 0), |end| (end.at, end.shortened));
        args![&news.organization, id, news.last_use.unwrap_or(never), end, shortened].to_vec()
    };
    // Where there are fewer the last is written as often as there are places, which is once.
    let filled = |some: &[(SessionId, News)]| {
        let places = (0..AT_ONCE).filter_map(|place| some.get(place).or(some.last()));
        places.flat_map(row).collect::<Vec<_>>()
    };
    tx.execute_each(
        "UPDATE sessions
         SET last_accessed_at = CASE WHEN last_accessed_at < news.column3 THEN news.column3 ELSE last_accessed_at END,
             expires_at = CASE WHEN expires_at < news.column4 AND shortened = news.column5 THEN news.column4
                               ELSE expires_at END
         FROM (VALUES (CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TIMESTAMPTZ), CAST($4 AS TIMESTAMPTZ),
                       CAST($5 AS BIGINT)), ($6, $7, $8, $9, $10),
                      ($11, $12, $13, $14, $15), ($16, $17, $18, $19, $20),
                      ($21, $22, $23, $24, $25), ($26, $27, $28, $29, $30),
                      ($31, $32, $33, $34, $35), ($36, $37, $38, $39, $40),
                      ($41, $42, $43, $44, $45), ($46, $47, $48, $49, $50)) AS news
         WHERE organization_id = news.column1 AND id = news.column2",
        &news.chunks(AT_ONCE).map(filled).collect::<Vec<_>>(),
    )?;
    Ok(())
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

/// How often a row was changed, and the time of the last change, which changes also where a program before this one does
/// not count.
type Revision = (i64, Timestamp);

/// The rows that an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Revisions {
    pub(super) session: i64,
    pub(super) member: Revision,
    pub(super) organization: Revision,
    /// Whether only other organizations can have members of the member's domain.
    pub(super) is_claimed_elsewhere: bool,
}

/// The revisions of a session that still stands, of its member and its organization, and its end. A member who is not
/// active has none.
pub(super) fn revisions(
    tx: &mut Tx,
    project: &ProjectId,
    organization: &OrganizationId,
    id: &SessionId,
) -> Result<Option<(Revisions, Timestamp)>> {
    let row = tx.optional::<(i64, Timestamp, i64, Timestamp, i64, Timestamp, i64, i64)>(
        "SELECT s.revision AS session_revision, s.expires_at, m.revision AS member_revision,
                m.updated_at AS member_updated_at, o.revision AS organization_revision,
                o.updated_at AS organization_updated_at,
                (SELECT count(*) FROM organization_domains d WHERE d.project_id = s.project_id AND d.kind = 'claimed'
                 AND d.domain = m.email_domain) AS claims,
                (SELECT count(*) FROM organization_domains d WHERE d.project_id = s.project_id AND d.kind = 'claimed'
                 AND d.domain = m.email_domain AND d.organization_id = s.organization_id) AS own_claims
         FROM sessions s
         JOIN members m ON m.organization_id = s.organization_id AND m.id = s.member_id
         JOIN organizations o ON o.id = s.organization_id AND o.project_id = s.project_id
         WHERE s.project_id = $1 AND s.organization_id = $2 AND s.id = $3 AND m.status = 'active'",
        args![project, organization, id],
    )?;
    Ok(row.map(|(session, ends, member, member_at, organization, organization_at, claims, own_claims)| {
        let (member, organization) = ((member, member_at), (organization, organization_at));
        let is_claimed_elsewhere = claims > 0 && own_claims == 0;
        (Revisions { session, member, organization, is_claimed_elsewhere }, ends)
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

/// The sessions of members from the one to the other that have not ended, so many at most.
pub(super) fn of_members(
    tx: &mut Tx,
    organization: &OrganizationId,
    [first, last]: [&MemberId; 2],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Session>> {
    Ok(tx.all(
        "SELECT * FROM sessions WHERE organization_id = $1 AND member_id >= $2 AND member_id <= $3 AND expires_at > $4
         ORDER BY member_id LIMIT $5",
        args![organization, first, last, now, limit],
    )?)
}

/// Where the sessions of a member began, as far as it is known.
pub(super) fn clients(
    tx: &mut Tx,
    organization: &OrganizationId,
    member: &MemberId,
) -> Result<Vec<(SessionId, Json<Client>)>> {
    Ok(tx.all(
        "SELECT id, client FROM sessions WHERE organization_id = $1 AND member_id = $2 AND client IS NOT NULL",
        args![organization, member],
    )?)
}

/// Members of an organization who have sessions, behind this one, so many at most.
pub(super) fn holders(
    tx: &mut Tx,
    organization: &OrganizationId,
    after: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<MemberId>> {
    let rows = tx.all::<(MemberId,)>(
        "SELECT DISTINCT member_id FROM sessions WHERE organization_id = $1 AND member_id > $2 AND expires_at > $3
         ORDER BY member_id LIMIT $4",
        args![organization, after, now, limit],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Deletes a session; whose it was.
pub(super) fn delete(tx: &mut Tx, organization: &OrganizationId, id: &SessionId) -> Result<Option<MemberId>> {
    let deleted = tx.optional::<(MemberId,)>(
        "DELETE FROM sessions WHERE organization_id = $1 AND id = $2 RETURNING member_id",
        args![organization, id],
    )?;
    Ok(deleted.map(|(member,)| member))
}

/// Deletes those of the member's other sessions that were used longest ago, until they have so many in all; which.
pub(super) fn end_beyond(tx: &mut Tx, newest: &Session, most: i64) -> Result<Vec<SessionId>> {
    let ended = tx.all::<(SessionId,)>(
        "DELETE FROM sessions WHERE organization_id = $1 AND id IN
         (SELECT id FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id <> $3
          ORDER BY last_accessed_at DESC, id LIMIT 1000 OFFSET $4) RETURNING id",
        args![&newest.organization_id, &newest.member_id, &newest.member_session_id, most - 1],
    )?;
    Ok(ended.into_iter().map(|(id,)| id).collect())
}

/// Deletes all that was derived from a session, in whatever organization of the project; whose sessions those were.
pub(super) fn delete_derived(
    tx: &mut Tx,
    project: &ProjectId,
    id: &SessionId,
) -> Result<Vec<(OrganizationId, MemberId, SessionId)>> {
    Ok(tx.all(
        "DELETE FROM sessions WHERE project_id = $1 AND id IN (
             WITH RECURSIVE derived (id) AS (
                 SELECT id FROM sessions WHERE project_id = $1 AND derived_from = $2
                 UNION SELECT d.id FROM derived, sessions d WHERE d.project_id = $1 AND d.derived_from = derived.id)
             SELECT id FROM derived) RETURNING organization_id, member_id, id",
        args![project, id],
    )?)
}
