use super::{Change, Event, Party};
use crate::error::Result;
use crate::id::{AuditEventId, MemberId, OrganizationId, ProjectId};
use crate::tables::{Kept, Old, Owner, Table};
use database::{Json, Timestamp, Tx, args, row};

struct Stored {
    id: AuditEventId,
    occurred_at: Timestamp,
    action: String,
    actor_type: String,
    actor_id: String,
    impersonator: Option<String>,
    organization_id: Option<OrganizationId>,
    member_id: Option<MemberId>,
    object_type: String,
    object_id: String,
    changes: Json<Change>,
    request_id: String,
    ip_address: String,
}
row!(Stored {
    id,
    occurred_at,
    action,
    actor_type,
    actor_id,
    impersonator,
    organization_id,
    member_id,
    object_type,
    object_id,
    changes,
    request_id,
    ip_address
});

impl From<Stored> for Event {
    fn from(s: Stored) -> Self {
        Event {
            event_id: s.id,
            occurred_at: s.occurred_at,
            action: s.action,
            actor: Party { kind: s.actor_type, id: s.actor_id },
            impersonator: s.impersonator,
            organization_id: s.organization_id,
            member_id: s.member_id,
            object: Party { kind: s.object_type, id: s.object_id },
            changes: s.changes.0,
            request_id: s.request_id,
            ip_address: s.ip_address,
        }
    }
}

pub(super) fn insert(tx: &mut Tx, project: &ProjectId, event: &Event) -> Result<()> {
    tx.execute_later(
        "INSERT INTO audit_events (project_id, id, occurred_at, action, actor_type, actor_id, organization_id,
                                   member_id, object_type, object_id, changes, request_id, ip_address, impersonator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            project,
            &event.event_id,
            event.occurred_at,
            &event.action,
            &event.actor.kind,
            &event.actor.id,
            event.organization_id.as_ref(),
            event.member_id.as_ref(),
            &event.object.kind,
            &event.object.id,
            Json(&event.changes),
            &event.request_id,
            &event.ip_address,
            event.impersonator.as_deref()
        ],
    )?;
    Ok(())
}

/// Some events, newest first.
pub struct Page {
    pub events: Vec<Event>,
    /// Whether there are older ones.
    pub more: bool,
}

/// The most bytes of JSON of a page; one event that is longer, from before events were bounded, is a page by itself.
const PAGE: i64 = 1 << 20;
/// Bytes that an event takes at most besides what it changed.
const EVENT: i64 = 700;

/// At most so many events before the cursor, newest first; identifiers begin with their time, so their order is the order of
/// events. The page ends early where it would be too long.
pub fn page(
    tx: &mut Tx,
    project: &ProjectId,
    organization: Option<&OrganizationId>,
    before: Option<&str>,
    limit: i64,
) -> Result<Page> {
    let lengths = lengths(tx, project, organization, before, limit + 1)?;
    let mut bytes = 0;
    let fits = |(_, length): &&(AuditEventId, i64)| {
        bytes += length + EVENT;
        bytes <= PAGE
    };
    let most = usize::try_from(limit).unwrap_or_default();
    let fitting = lengths.iter().take(most).take_while(fits).count().max(1);
    let Some((last, _)) = lengths.iter().take(fitting).next_back() else {
        return Ok(Page { events: Vec::new(), more: false });
    };
    let (before, count) = (before.unwrap_or(AFTER_ALL), fitting as i64);
    let rows = match organization {
        None => tx.all::<Stored>(
            "SELECT * FROM audit_events WHERE project_id = $1 AND id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4",
            args![project, before, last, count],
        )?,
        Some(organization) => tx.all::<Stored>(
            "SELECT * FROM audit_events WHERE project_id = $1 AND organization_id = $2 AND id < $3 AND id >= $4
             ORDER BY id DESC LIMIT $5",
            args![project, organization, before, last, count],
        )?,
    };
    Ok(Page { events: rows.into_iter().map(Into::into).collect(), more: lengths.len() > fitting })
}

/// What no identifier comes after.
const AFTER_ALL: &str = "~";

/// How many bytes the events of a page tell of changes.
fn lengths(
    tx: &mut Tx,
    project: &ProjectId,
    organization: Option<&OrganizationId>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<(AuditEventId, i64)>> {
    let before = before.unwrap_or(AFTER_ALL);
    Ok(match organization {
        None => tx.all(
            "SELECT id, CAST(octet_length(CAST(changes AS TEXT)) AS BIGINT) AS length FROM audit_events
             WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            args![project, before, limit],
        )?,
        Some(organization) => tx.all(
            "SELECT id, CAST(octet_length(CAST(changes AS TEXT)) AS BIGINT) AS length FROM audit_events
             WHERE project_id = $1 AND organization_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
            args![project, organization, before, limit],
        )?,
    })
}

/// Minutes that events are kept which anybody can cause from a browser without having to do with any organization.
const OF_STRANGERS: i64 = 30 * 24 * 60;

/// The log outlives the organizations that it tells of.
pub const TABLES: &[Table] = &[Table {
    of_project: Some(
        "DELETE FROM audit_events WHERE project_id = $1 AND id IN
         (SELECT id FROM audit_events WHERE project_id = $1 ORDER BY id LIMIT $2)",
    ),
    old: &[
        Old {
            delete: "DELETE FROM audit_events WHERE (project_id, id) IN
                     (SELECT project_id, id FROM audit_events WHERE occurred_at < $1 ORDER BY occurred_at LIMIT $2)",
            kept: Kept::AsAudit,
        },
        Old {
            delete: "DELETE FROM audit_events WHERE (project_id, id) IN
                     (SELECT project_id, id FROM audit_events
                      WHERE actor_type = 'public_token' AND organization_id IS NULL AND occurred_at < $1
                      ORDER BY occurred_at LIMIT $2)",
            kept: Kept::Minutes(OF_STRANGERS),
        },
    ],
    ..Table::new("audit_events", Owner::Project("project_id"))
}];
