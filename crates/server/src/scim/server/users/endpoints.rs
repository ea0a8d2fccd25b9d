use super::{Users, is_indexed, operations, shown};
use crate::scim::server::caller::ScimCaller;
use crate::scim::server::query::{Parameters, Query, projection};
use crate::scim::server::{Sent, condition, list, refusal};
use ::scim::USER;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, Resource, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(in crate::scim::server) fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        get::endpoint(),
        list_all::endpoint(),
        search::endpoint(),
        replace::endpoint(),
        patch::endpoint(),
        delete::endpoint(),
    ]
}

/// What can be wrong with what a directory says of a person.
const WRITE: &[ApiError] = &[ApiError::ScimInvalidSyntax, ApiError::ScimInvalidValue, ApiError::ScimUniqueness];

/// What can be wrong with a change of somebody.
const CHANGE: &[ApiError] =
    &[ApiError::ScimResourceNotFound, ApiError::ScimVersionMismatch, ApiError::ScimLastAdministrator];

/// Create a user: a member of the organization.
#[endpoint("scim.users.create", scim POST "/v1/b2b/scim/{connection_id}/Users" -> 201, errors(..WRITE))]
fn create(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = projection(input.attributes.as_deref(), input.excluded_attributes.as_deref(), &USER)?;
    let directory = &cx.caller.directory;
    let user = operations::create(tx, cx, directory, input.body)?;
    shown::told(tx, cx, directory, user, 201, &projection)
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    id: String,
    attributes: Option<String>,
    #[serde(rename = "excludedAttributes")]
    excluded_attributes: Option<String>,
}

/// Get a user.
#[endpoint(
    "scim.users.get",
    scim GET "/v1/b2b/scim/{connection_id}/Users/{id}",
    errors(ScimResourceNotFound, ScimInvalidValue)
)]
fn get(tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    let projection = projection(input.attributes.as_deref(), input.excluded_attributes.as_deref(), &USER)?;
    let directory = &cx.caller.directory;
    let user = super::find(tx, directory, &input.id)?;
    if condition::has_it(&cx.head, user.version) {
        let etag = Some(condition::etag(user.version));
        return Ok(Resource { status: 304, body: None, location: None, etag });
    }
    let told = shown::told(tx, cx, directory, user, 200, &projection)?;
    Ok(Resource { location: None, ..told })
}

/// List users.
#[endpoint("scim.users.list", scim GET "/v1/b2b/scim/{connection_id}/Users", errors(..refusal::READ))]
async fn list_all(call: Call<ScimCaller>, input: Parameters) -> Result<Resource> {
    found(call, input).await
}

#[derive(Deserialize, JsonSchema)]
struct Search {
    #[serde(default)]
    body: Map<String, Value>,
}

/// Search users by what a body says.
#[endpoint("scim.users.search", scim POST "/v1/b2b/scim/{connection_id}/Users/.search", reads, errors(..refusal::READ, ScimInvalidSyntax))]
async fn search(call: Call<ScimCaller>, input: Search) -> Result<Resource> {
    found(call, Parameters::of_body(&input.body)?).await
}

/// What an index leads to is read at once; what has to be searched waits behind other searches.
async fn found(call: Call<ScimCaller>, parameters: Parameters) -> Result<Resource> {
    let query = Query::of(&parameters, &USER)?;
    let (cx, directory, skip) = (call.context(), call.caller.directory.clone(), query.skip);
    let is_short = list::is_short::<Users>(&query, is_indexed);
    let context = cx.clone();
    let find = move |tx: &mut Tx| {
        let directory = directory.enter(tx, &context)?;
        list::find::<Users>(tx, &context, &directory, &query)
    };
    let found = if is_short { cx.read(find).await? } else { cx.scan(find).await? };
    Ok(found.told(skip))
}

/// Replace what is known of a user.
#[endpoint("scim.users.replace", scim PUT "/v1/b2b/scim/{connection_id}/Users/{id}", errors(..WRITE, ..CHANGE))]
fn replace(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = projection(input.attributes.as_deref(), input.excluded_attributes.as_deref(), &USER)?;
    let directory = &cx.caller.directory;
    let user = operations::replace(tx, cx, directory, &input.id, input.body, condition::wanted(&cx.head))?;
    shown::told(tx, cx, directory, user, 200, &projection)
}

/// Change a user.
#[endpoint(
    "scim.users.patch",
    scim PATCH "/v1/b2b/scim/{connection_id}/Users/{id}",
    errors(..WRITE, ..CHANGE, ScimInvalidPath, ScimMutability, ScimNoTarget)
)]
fn patch(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = projection(input.attributes.as_deref(), input.excluded_attributes.as_deref(), &USER)?;
    let directory = &cx.caller.directory;
    let user = operations::patch(tx, cx, directory, &input.id, &input.body, condition::wanted(&cx.head))?;
    shown::told(tx, cx, directory, user, 200, &projection)
}

/// Delete a user: the member is deleted, and can be created again.
#[endpoint("scim.users.delete", scim DELETE "/v1/b2b/scim/{connection_id}/Users/{id}" -> 204, errors(..CHANGE))]
fn delete(tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    operations::delete(tx, cx, &cx.caller.directory, &input.id, condition::wanted(&cx.head))?;
    Ok(Resource::gone())
}
