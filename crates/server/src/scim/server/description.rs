//! What the server can do and what its resources are made of (RFC 7644, section 4). Nothing of it can be changed.

use super::base;
use super::caller::ScimCaller;
use super::{bulk, query};
use ::scim::{ENTERPRISE_USER, GROUP, GROUP_SCHEMA, ResourceType, USER, USER_SCHEMA};
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, Ignored, Resource, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        provider::endpoint(),
        schemas::endpoint(),
        schema::endpoint(),
        resource_types::endpoint(),
        resource_type::endpoint(),
    ]
}

const SCHEMAS: [&::scim::Schema; 3] = [&USER_SCHEMA, &ENTERPRISE_USER, &GROUP_SCHEMA];
const TYPES: [&ResourceType; 2] = [&USER, &GROUP];

fn told(body: Value) -> Resource {
    Resource::plain(body.as_object().cloned().unwrap_or_default())
}

fn list(resources: Vec<Value>) -> Resource {
    told(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    }))
}

/// What this server can do.
#[endpoint("scim.provider", scim GET "/v1/b2b/scim/{connection_id}/ServiceProviderConfig")]
fn provider(_tx: &mut Tx, cx: &Call<ScimCaller>, _input: Ignored) -> Result<Resource> {
    let base = base(&cx.app, &cx.caller.directory.connection.connection_id);
    Ok(told(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": true, "maxOperations": bulk::MOST, "maxPayloadSize": bulk::MOST_BYTES },
        "filter": { "supported": true, "maxResults": query::MOST },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "The token of the connection, in the Authorization header",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })))
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    id: String,
}

/// The schemas of users and groups.
#[endpoint("scim.schemas.list", scim GET "/v1/b2b/scim/{connection_id}/Schemas")]
fn schemas(_tx: &mut Tx, cx: &Call<ScimCaller>, _input: Ignored) -> Result<Resource> {
    let base = base(&cx.app, &cx.caller.directory.connection.connection_id);
    Ok(list(SCHEMAS.iter().map(|schema| schema.document(&base)).collect()))
}

/// One of them, by its URN.
#[endpoint("scim.schemas.get", scim GET "/v1/b2b/scim/{connection_id}/Schemas/{id}", errors(ScimResourceNotFound))]
fn schema(_tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    let base = base(&cx.app, &cx.caller.directory.connection.connection_id);
    let known = SCHEMAS.iter().find(|schema| schema.id.eq_ignore_ascii_case(&input.id));
    Ok(told(known.ok_or(ApiError::ScimResourceNotFound)?.document(&base)))
}

/// The types of resources.
#[endpoint("scim.resource_types.list", scim GET "/v1/b2b/scim/{connection_id}/ResourceTypes")]
fn resource_types(_tx: &mut Tx, cx: &Call<ScimCaller>, _input: Ignored) -> Result<Resource> {
    let base = base(&cx.app, &cx.caller.directory.connection.connection_id);
    Ok(list(TYPES.iter().map(|of| of.document(&base)).collect()))
}

/// One of them, by its name.
#[endpoint(
    "scim.resource_types.get",
    scim GET "/v1/b2b/scim/{connection_id}/ResourceTypes/{id}",
    errors(ScimResourceNotFound)
)]
fn resource_type(_tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    let base = base(&cx.app, &cx.caller.directory.connection.connection_id);
    let known = TYPES.iter().find(|of| of.name.eq_ignore_ascii_case(&input.id));
    Ok(told(known.ok_or(ApiError::ScimResourceNotFound)?.document(&base)))
}
