use super::{Users, operations, shown};
use crate::scim::server::caller::ScimCaller;
use crate::scim::server::query::Parameters;
use crate::scim::server::{ById, Search, Sent, condition, list, refusal};
use ::scim::USER;
use database::Tx;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, Resource, endpoint};

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
    let projection = input.projection(&USER)?;
    let directory = &cx.caller.directory;
    let user = operations::create(tx, cx, directory, input.body)?;
    shown::told(tx, cx, directory, user, 201, &projection)
}

/// Get a user.
#[endpoint(
    "scim.users.get",
    scim GET "/v1/b2b/scim/{connection_id}/Users/{id}",
    errors(ScimResourceNotFound, ScimInvalidValue)
)]
fn get(tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    let projection = input.projection(&USER)?;
    let directory = &cx.caller.directory;
    let user = super::find(tx, directory, &input.id)?;
    if condition::has_it(&cx.head, user.version) {
        return Ok(condition::unchanged(user.version));
    }
    let told = shown::told(tx, cx, directory, user, 200, &projection)?;
    Ok(Resource { location: None, ..told })
}

/// List users.
#[endpoint("scim.users.list", scim GET "/v1/b2b/scim/{connection_id}/Users", errors(..refusal::READ))]
async fn list_all(call: Call<ScimCaller>, input: Parameters) -> Result<Resource> {
    list::answer::<Users>(call, &input).await
}

/// Search users by what a body says.
#[endpoint("scim.users.search", scim POST "/v1/b2b/scim/{connection_id}/Users/.search", reads, errors(..refusal::READ, ScimInvalidSyntax))]
async fn search(call: Call<ScimCaller>, input: Search) -> Result<Resource> {
    list::answer::<Users>(call, &Parameters::of_body(&input.body)?).await
}

/// Replace what is known of a user.
#[endpoint("scim.users.replace", scim PUT "/v1/b2b/scim/{connection_id}/Users/{id}", errors(..WRITE, ..CHANGE))]
fn replace(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = input.projection(&USER)?;
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
    let projection = input.projection(&USER)?;
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
