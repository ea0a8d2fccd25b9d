//! The audit log. An event is written in the transaction it tells about: who, what, which object, whose, which fields. What
//! stores something records it, not whoever asks for it, so that nothing changes without an event.

mod change;
mod store;

pub use change::Change;
pub use store::{Page, TABLES, page};

use crate::cx::{Cx, Via};
use crate::error::Result;
use crate::id::{AuditEventId, MemberId, OrganizationId, ScimConnectionId, SetupLinkId};
use crate::witness::Noted;
use database::{Timestamp, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Event {
    /// The id of the entry.
    pub event_id: AuditEventId,
    /// When it happened (RFC 3339).
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub occurred_at: Timestamp,
    /// What happened, e.g. `member.update`.
    pub action: String,
    /// Who did it.
    pub actor: Party,
    /// The address of the operator who acted in the member's place; `null` where nobody did.
    pub impersonator: Option<String>,
    /// In which organization it happened; `null` for what happened to the project.
    pub organization_id: Option<OrganizationId>,
    /// The member whom it concerns: whose account, session or link it is.
    pub member_id: Option<MemberId>,
    /// What it was done to.
    pub object: Party,
    /// The fields that were changed, each with what it was before and after. Secrets are named without a value.
    pub changes: Change,
    /// The request that caused it, as in its answer. Empty where it was done on the server.
    pub request_id: String,
    /// From which address it was asked for. Empty where it was done on the server.
    pub ip_address: String,
}

/// Who did it, or what it was done to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Party {
    /// `project` (its backend), `public_token` (a browser before login), `member`, `scim` (a directory), `setup_link`, `operator` (by
    /// their address on the dashboard, or `command line`), `server` (what it does when it is time); or the kind of object.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id. Empty for those that have none.
    pub id: String,
}

/// Whose it is that something was done to.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// The project's own.
    Project,
    /// An organization's.
    Organization(&'a OrganizationId),
    /// A member's, of this organization.
    Member(&'a OrganizationId, &'a MemberId),
}

/// Writes an event. `object` is an identifier; its prefix is the kind of object. Secrets are no business of an event.
pub fn record(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    whose: Whose<'_>,
    object: &impl std::fmt::Display,
    changes: Change,
) -> Result<()> {
    let project = cx.project();
    let (kind, id) = match (&cx.acting, cx.via) {
        (_, Via::SetupLink(uuid)) => ("setup_link", SetupLinkId::from_uuid(project.environment, uuid).to_string()),
        (Some(member), _) => ("member", member.member_id.to_string()),
        (None, Via::Backend) => ("project", project.id.to_string()),
        (None, Via::Browser) => ("public_token", project.id.to_string()),
        (None, Via::Directory(uuid)) => ("scim", ScimConnectionId::from_uuid(project.environment, uuid).to_string()),
        (None, Via::CommandLine) => ("operator", cx.operator.as_deref().unwrap_or("command line").to_owned()),
        (None, Via::Server) => ("server", String::new()),
    };
    let (organization, member) = match whose {
        Whose::Project => (None, None),
        Whose::Organization(organization) => (Some(organization), None),
        Whose::Member(organization, member) => (Some(organization), Some(member)),
    };
    let event = Event {
        event_id: AuditEventId::new(project.environment),
        occurred_at: cx.now(),
        action: action.to_owned(),
        actor: Party { kind: kind.to_owned(), id },
        impersonator: cx.acting.as_ref().and_then(|acting| acting.impersonator.as_deref()).map(str::to_owned),
        organization_id: organization.cloned(),
        member_id: member.cloned(),
        object: object_of(object),
        changes: changes.bounded(),
        request_id: cx.request_id.clone(),
        ip_address: cx.ip_address.map(|address| address.to_string()).unwrap_or_default(),
    };
    if let Some(witness) = &cx.witness {
        witness.note(|| Noted {
            action: event.action.clone(),
            object_id: event.object.id.clone(),
            fields: event.changes.fields().map(str::to_owned).collect(),
        });
    }
    store::insert(tx, &project.id, &event)
}

/// An identifier's prefix is the kind of thing it names.
fn object_of(id: &impl std::fmt::Display) -> Party {
    let id = id.to_string();
    let kind = id.split("-test-").next().and_then(|rest| rest.split("-live-").next()).unwrap_or_default().to_owned();
    Party { kind, id }
}
