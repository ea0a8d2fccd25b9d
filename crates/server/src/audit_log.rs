//! The audit log, at the API and on the command line.

use crate::actor::ProjectCaller;
use crate::cursor::{Cursor, Listing};
use crate::organizations::{self, OrganizationRef};
use crate::search;
use database::Tx;
use foundation::app::App;
use foundation::audit::{self, Event};
use foundation::error::{ApiError, Result};
use foundation::id::ProjectId;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![list::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct List {
    /// Only events of this organization.
    organization_id: Option<OrganizationRef>,
    /// From the answer before.
    cursor: Option<String>,
    #[schemars(range(min = *search::LIMIT.start(), max = *search::LIMIT.end()), extend("default" = search::USUAL_LIMIT))]
    limit: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct EventsResponse {
    events: Vec<Event>,
    results_metadata: EventsMetadata,
}

#[derive(Serialize, JsonSchema)]
struct EventsMetadata {
    next_cursor: Option<String>,
}

/// List the audit log, newest first.
///
/// This endpoint is Guildhall's own; the SDKs do not have it.
#[endpoint("audit.list", GET "/v1/b2b/audit/events", errors(OrganizationNotFound, InvalidArgument))]
fn list(tx: &mut Tx, cx: &Call<ProjectCaller>, input: List) -> Result<EventsResponse> {
    let project = &cx.project().id;
    let organization = match &input.organization_id {
        Some(reference) => Some(organizations::find(tx, cx.project(), reference)?.organization_id),
        None => None,
    };
    let limit = search::limit(input.limit)?;
    let before = Cursor::read(&cx.app, project, Listing::AuditEvents, input.cursor.as_deref())?;
    let mut events = audit::page(tx, project, organization.as_ref(), before.as_deref(), limit + 1)?;
    let more = search::cut(&mut events, limit);
    let next = events.last().filter(|_| more).map(|event| event.event_id.as_str());
    let next_cursor = next.map(|last| Cursor::write(&cx.app, project, Listing::AuditEvents, last));
    Ok(EventsResponse { events, results_metadata: EventsMetadata { next_cursor } })
}

/// The latest events of a project, newest first, for `guildhall audit`.
pub async fn recent(app: &App, project: &str, limit: i64) -> Result<Vec<Event>> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    app.db().read(move |tx| tx.visit(id.as_str(), |tx| audit::page(tx, &id, None, None, limit))).await
}
