use super::{Recorded, flush, recorded};
use crate::actor::Actor;
use crate::organizations::{self, OrganizationRef};
use crate::sso::connections::operations;
use database::Tx;
use foundation::error::Result;
use foundation::rbac::resource::SSO;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![exchanges::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct OfConnection {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Exchanges {
    /// The newest exchanges, newest first.
    exchanges: Vec<Recorded>,
}

/// List what was exchanged with the identity provider of a connection lately.
///
/// At most 50, the newest first: what came, without what could be used again, whether it was accepted, and if not, why, in one
/// sentence. Exchanges of an organization that borrows a connection are with the connection. What another server has just accepted
/// may take half a second to be there.
#[endpoint(
    "sso.exchanges",
    GET "/v1/b2b/sso/{organization_id}/connections/{connection_id}/exchanges",
    browser GET "/sdk/v1/b2b/sso/{connection_id}/exchanges",
    requires(SSO, "get"),
    errors(OrganizationNotFound, SsoConnectionNotFound)
)]
async fn exchanges(call: Call<Actor>, input: OfConnection) -> Result<Exchanges> {
    let cx = call.context();
    flush(&cx.app).await?;
    let context = cx.clone();
    let read = move |tx: &mut Tx| {
        let organization = organizations::find_for(tx, &context, &input.organization_id)?;
        let connection = operations::find(tx, &context, &organization, &input.connection_id)?;
        Ok(Exchanges { exchanges: recorded(tx, &connection)? })
    };
    cx.read(read).await
}
