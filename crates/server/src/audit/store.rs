use super::{Change, Event, Party};
use crate::error::Result;
use crate::id::{AuditEventId, OrganizationId, ProjectId};
use database::{Json, Timestamp, Tx, args, row};

struct Stored {
    id: AuditEventId,
    occurred_at: Timestamp,
    action: String,
    actor_type: String,
    actor_id: String,
    organization_id: Option<OrganizationId>,
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
    organization_id,
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
            organization_id: s.organization_id,
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
                                   object_type, object_id, changes, request_id, ip_address)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            project,
            &event.event_id,
            event.occurred_at,
            &event.action,
            &event.actor.kind,
            &event.actor.id,
            event.organization_id.as_ref(),
            &event.object.kind,
            &event.object.id,
            Json(&event.changes),
            &event.request_id,
            &event.ip_address
        ],
    )?;
    Ok(())
}

/// Newest first, those before the cursor; identifiers begin with their time, so their order is the order of events.
pub(super) fn page(
    tx: &mut Tx,
    project: &ProjectId,
    organization: Option<&OrganizationId>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Event>> {
    let before = before.unwrap_or("~");
    let rows = match organization {
        None => tx.all::<Stored>(
            "SELECT * FROM audit_events WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            args![project, before, limit],
        )?,
        Some(organization) => tx.all::<Stored>(
            "SELECT * FROM audit_events WHERE project_id = $1 AND organization_id = $2 AND id < $3
             ORDER BY id DESC LIMIT $4",
            args![project, organization, before, limit],
        )?,
    };
    Ok(rows.into_iter().map(Into::into).collect())
}
