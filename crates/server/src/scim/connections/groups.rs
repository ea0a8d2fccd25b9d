//! The groups of a connection, page by page.

use super::operations;
use crate::actor::Actor;
use crate::cursor::{Cursor, Listing};
use crate::organizations::{self, OrganizationRef};
use crate::scim::directory;
use crate::search;
use database::Tx;
use foundation::error::Result;
use foundation::id::{OrganizationId, ScimConnectionId, ScimGroupId};
use foundation::rbac::resource::SCIM;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct GetGroups {
    organization_id: OrganizationRef,
    /// The id of the SCIM connection. The organization's when absent.
    connection_id: Option<String>,
    /// Where to go on: `next_cursor` of the answer before. The first page when absent.
    cursor: Option<String>,
    /// How many at most.
    #[schemars(range(min = *search::LIMIT.start(), max = *search::LIMIT.end()), extend("default" = search::USUAL_LIMIT))]
    limit: Option<i64>,
}

/// A group of a directory.
#[derive(Serialize, JsonSchema)]
struct ScimGroup {
    group_id: ScimGroupId,
    /// As the directory calls it.
    group_name: String,
    organization_id: OrganizationId,
    connection_id: ScimConnectionId,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Groups {
    /// The groups of this page.
    scim_groups: Vec<ScimGroup>,
    /// `null` when there are no more.
    next_cursor: Option<String>,
}

/// Get the groups of a SCIM connection.
///
/// The oldest first.
#[endpoint(
    "scim_connection.get_groups",
    GET "/v1/b2b/scim/{organization_id}/connection/{connection_id}",
    GET "/v1/b2b/scim/{organization_id}/connections/{connection_id}",
    browser POST "/sdk/v1/b2b/scim/groups" takes(limit, cursor),
    requires(SCIM, "get"),
    reads,
    errors(OrganizationNotFound, ScimConnectionNotFound, NoActiveScimConnection, InvalidArgument)
)]
pub(super) fn get_groups(tx: &mut Tx, cx: &Call<Actor>, input: GetGroups) -> Result<Groups> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let connection = match &input.connection_id {
        Some(id) => operations::find(tx, &organization, id)?,
        None => operations::active(tx, &organization)?,
    };
    let (project, limit) = (&cx.project().id, search::limit(input.limit)?);
    let after = Cursor::read(&cx.app, project, Listing::ScimGroups, input.cursor.as_deref())?.unwrap_or_default();
    let (of, id) = (&connection.organization_id, &connection.connection_id);
    let mut groups = directory::groups_after(tx, of, id, &after, limit + 1)?;
    let more = search::cut(&mut groups, limit);
    let last = groups.last().filter(|_| more);
    let next_cursor = last.map(|last| Cursor::write(&cx.app, project, Listing::ScimGroups, last.id.as_str()));
    let shown = groups.into_iter().map(|group| ScimGroup {
        group_id: group.id,
        group_name: group.display_name,
        organization_id: of.clone(),
        connection_id: id.clone(),
    });
    Ok(Groups { scim_groups: shown.collect(), next_cursor })
}
