//! The audit log, at the API and on the command line.

use crate::actor::ProjectCaller;
use crate::cursor::{Cursor, Listing};
use crate::organizations::{self, OrganizationRef};
use crate::search;
use database::Tx;
use foundation::app::App;
use foundation::audit::{self, Event, Page};
use foundation::error::{ApiError, Result};
use foundation::id::{AuditEventId, ProjectId};
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
    /// `next_cursor` of the page before; the first page when absent.
    cursor: Option<String>,
    /// How many a page has at most.
    #[schemars(range(min = *search::LIMIT.start(), max = *search::LIMIT.end()), extend("default" = search::USUAL_LIMIT))]
    limit: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct EventsResponse {
    /// The entries of this page, newest first.
    events: Vec<Event>,
    /// What comes after this page.
    results_metadata: EventsMetadata,
}

#[derive(Serialize, JsonSchema)]
struct EventsMetadata {
    /// What to give as `cursor` to get older entries; `null` when there are none.
    next_cursor: Option<String>,
}

/// List the audit log, newest first.
///
/// A page ends after 1 MiB, so it may have fewer events than asked for; `next_cursor` says whether there are more. This endpoint is Guildhall's own; the SDKs do not have it.
#[endpoint("audit.list", GET "/v1/b2b/audit/events", errors(OrganizationNotFound, InvalidArgument))]
fn list(tx: &mut Tx, cx: &Call<ProjectCaller>, input: List) -> Result<EventsResponse> {
    let project = &cx.project().id;
    let organization = match &input.organization_id {
        Some(reference) => Some(organizations::find(tx, cx.project(), reference)?.organization_id),
        None => None,
    };
    let limit = search::limit(input.limit)?;
    let before = Cursor::read(&cx.app, project, Listing::AuditEvents, input.cursor.as_deref())?;
    let Page { events, more } = audit::page(tx, project, organization.as_ref(), before.as_deref(), limit)?;
    let next = events.last().filter(|_| more).map(|event| event.event_id.as_str());
    let next_cursor = next.map(|last| Cursor::write(&cx.app, project, Listing::AuditEvents, last));
    Ok(EventsResponse { events, results_metadata: EventsMetadata { next_cursor } })
}

/// Some events of a project, newest first, for `guildhall audit`: those before this one.
pub async fn page(app: &App, project: &str, before: Option<AuditEventId>, limit: i64) -> Result<Page> {
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let read = move |tx: &mut Tx| {
        let before = before.as_ref().map(AuditEventId::as_str);
        tx.visit(id.as_str(), |tx| audit::page(tx, &id, None, before, limit))
    };
    app.db().read(read).await
}
