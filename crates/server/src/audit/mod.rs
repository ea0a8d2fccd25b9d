//! The audit log. An event is written in the transaction it tells about: who, what, which object, which fields.

mod change;
mod endpoints;
mod store;

pub(crate) use change::Change;
pub(crate) use endpoints::endpoints;
pub use endpoints::recent;

use crate::error::Result;
use crate::http::{Caller, Cx, Surface};
use crate::id::{AuditEventId, OrganizationId, ProjectId};
use database::{Timestamp, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Event {
    pub event_id: AuditEventId,
    /// RFC 3339.
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub occurred_at: Timestamp,
    /// What happened, e.g. `member.update`.
    pub action: String,
    pub actor: Party,
    pub organization_id: Option<OrganizationId>,
    pub object: Party,
    /// The fields that changed, with their values before and after.
    pub changes: Change,
    pub request_id: String,
    pub ip_address: String,
}

/// Who did it, or what it was done to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Party {
    /// `project` (its backend), `public_token` (a browser before login), `member`, `operator` (the command line); or
    /// the kind of object.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
}

/// Writes an event. `object` is an identifier; its prefix is the kind of object.
pub(crate) fn record<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    action: &str,
    organization: Option<&OrganizationId>,
    object: &impl std::fmt::Display,
    changes: Change,
) -> Result<()> {
    let project = cx.project();
    let actor = match (cx.caller.acting(), cx.head.surface) {
        (Some(member), _) => Party { kind: "member".into(), id: member.member_id.to_string() },
        (None, Surface::Backend) => Party { kind: "project".into(), id: project.id.to_string() },
        (None, Surface::Browser) => Party { kind: "public_token".into(), id: project.id.to_string() },
    };
    let event = Event {
        event_id: AuditEventId::new(project.environment),
        occurred_at: cx.now(),
        action: action.to_owned(),
        actor,
        organization_id: organization.cloned(),
        object: object_of(object),
        changes,
        request_id: cx.head.request_id.clone(),
        ip_address: cx.head.ip_address.map(|address| address.to_string()).unwrap_or_default(),
    };
    store::insert(tx, &project.id, &event)
}

/// Writes an event of the command line, which works on the database directly.
pub(crate) fn record_by_operator(
    tx: &mut Tx,
    project: &ProjectId,
    now: Timestamp,
    action: &str,
    object: &impl std::fmt::Display,
    changes: Change,
) -> Result<()> {
    let event = Event {
        event_id: AuditEventId::new(project.environment()),
        occurred_at: now,
        action: action.to_owned(),
        actor: Party { kind: "operator".into(), id: "command line".into() },
        organization_id: None,
        object: object_of(object),
        changes,
        request_id: String::new(),
        ip_address: String::new(),
    };
    store::insert(tx, project, &event)
}

/// An identifier's prefix is the kind of thing it names.
fn object_of(id: &impl std::fmt::Display) -> Party {
    let id = id.to_string();
    let kind = id.split("-test-").next().and_then(|rest| rest.split("-live-").next()).unwrap_or_default().to_owned();
    Party { kind, id }
}
