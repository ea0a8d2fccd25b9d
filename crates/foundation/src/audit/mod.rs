//! The audit log. An event is written in the transaction it tells about: who, what, which object, which fields.

mod change;
mod store;

pub use change::Change;
pub use store::{TABLES, page};

use crate::cx::{Cx, Via};
use crate::error::Result;
use crate::id::{AuditEventId, OrganizationId};
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
pub fn record(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    organization: Option<&OrganizationId>,
    object: &impl std::fmt::Display,
    changes: Change,
) -> Result<()> {
    let project = cx.project();
    let (kind, id) = match (&cx.acting, cx.via) {
        (Some(member), _) => ("member", member.member_id.to_string()),
        (None, Via::Backend) => ("project", project.id.to_string()),
        (None, Via::Browser) => ("public_token", project.id.to_string()),
        (None, Via::CommandLine) => ("operator", "command line".to_owned()),
    };
    let event = Event {
        event_id: AuditEventId::new(project.environment),
        occurred_at: cx.now(),
        action: action.to_owned(),
        actor: Party { kind: kind.to_owned(), id },
        organization_id: organization.cloned(),
        object: object_of(object),
        changes,
        request_id: cx.request_id.clone(),
        ip_address: cx.ip_address.map(|address| address.to_string()).unwrap_or_default(),
    };
    store::insert(tx, &project.id, &event)
}

/// An identifier's prefix is the kind of thing it names.
fn object_of(id: &impl std::fmt::Display) -> Party {
    let id = id.to_string();
    let kind = id.split("-test-").next().and_then(|rest| rest.split("-live-").next()).unwrap_or_default().to_owned();
    Party { kind, id }
}
