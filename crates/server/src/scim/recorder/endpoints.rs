use super::{Recorded, flush, recorded};
use crate::actor::Actor;
use crate::organizations::{self, OrganizationRef};
use crate::scim::connections::operations;
use database::Tx;
use foundation::error::Result;
use foundation::rbac::resource::SCIM;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(in crate::scim) fn endpoints() -> Vec<Endpoint> {
    vec![exchanges::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct OfConnection {
    organization_id: OrganizationRef,
    /// The id of the SCIM connection.
    connection_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Exchanges {
    /// The newest exchanges, newest first.
    exchanges: Vec<Recorded>,
}

/// List what a directory asked lately.
///
/// The last 200 requests, the newest first: what was asked, without what was said of people, whether it was accepted, what it has
/// changed, and if it was refused, why, in one sentence. Besides them up to 20 that did not come in: without a token that is good,
/// or too fast. What another server has just answered may take half a second to be there.
#[endpoint(
    "scim_connection.exchanges",
    GET "/v1/b2b/scim/{organization_id}/connection/{connection_id}/exchanges",
    browser GET "/sdk/v1/b2b/scim/{connection_id}/exchanges",
    requires(SCIM, "get"),
    errors(OrganizationNotFound, ScimConnectionNotFound)
)]
async fn exchanges(call: Call<Actor>, input: OfConnection) -> Result<Exchanges> {
    let cx = call.context();
    flush(&cx.app).await?;
    let context = cx.clone();
    let read = move |tx: &mut Tx| {
        let organization = organizations::find_for(tx, &context, &input.organization_id)?;
        let connection = operations::find(tx, &organization, &input.connection_id)?;
        Ok(Exchanges { exchanges: recorded(tx, &connection)? })
    };
    cx.read(read).await
}
