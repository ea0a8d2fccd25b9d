use super::{Groups, operations, shown};
use crate::scim::server::caller::ScimCaller;
use crate::scim::server::query::Parameters;
use crate::scim::server::{ById, Search, Sent, condition, list, refusal};
use ::scim::{GROUP, Projection};
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

/// What can be wrong with what a directory says of a group.
const WRITE: &[ApiError] = &[ApiError::ScimInvalidSyntax, ApiError::ScimInvalidValue, ApiError::ScimTooMany];

/// What can be wrong with a change of one.
const CHANGE: &[ApiError] = &[ApiError::ScimResourceNotFound, ApiError::ScimVersionMismatch];

/// Create a group.
#[endpoint("scim.groups.create", scim POST "/v1/b2b/scim/{connection_id}/Groups" -> 201, errors(..WRITE))]
fn create(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = input.projection(&GROUP)?;
    let directory = &cx.caller.directory;
    let group = operations::create(tx, cx, directory, input.body)?;
    shown::told(tx, cx, directory, group, 201, &projection)
}

/// Get a group, with its members unless they are excluded.
#[endpoint(
    "scim.groups.get",
    scim GET "/v1/b2b/scim/{connection_id}/Groups/{id}",
    errors(ScimResourceNotFound, ScimInvalidValue, ScimTooMany)
)]
fn get(tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    let projection = input.projection(&GROUP)?;
    let directory = &cx.caller.directory;
    let group = super::find(tx, directory, &input.id)?;
    if condition::has_it(&cx.head, group.version) {
        return Ok(condition::unchanged(group.version));
    }
    let told = shown::told(tx, cx, directory, group, 200, &projection)?;
    Ok(Resource { location: None, ..told })
}

/// List groups.
#[endpoint("scim.groups.list", scim GET "/v1/b2b/scim/{connection_id}/Groups", errors(..refusal::READ))]
async fn list_all(call: Call<ScimCaller>, input: Parameters) -> Result<Resource> {
    list::answer::<Groups>(call, &input).await
}

/// Search groups by what a body says.
#[endpoint("scim.groups.search", scim POST "/v1/b2b/scim/{connection_id}/Groups/.search", reads, errors(..refusal::READ, ScimInvalidSyntax))]
async fn search(call: Call<ScimCaller>, input: Search) -> Result<Resource> {
    list::answer::<Groups>(call, &Parameters::of_body(&input.body)?).await
}

/// Replace a group, with who is in it.
#[endpoint("scim.groups.replace", scim PUT "/v1/b2b/scim/{connection_id}/Groups/{id}", errors(..WRITE, ..CHANGE))]
fn replace(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = input.projection(&GROUP)?;
    let directory = &cx.caller.directory;
    let group = operations::replace(tx, cx, directory, &input.id, input.body, condition::wanted(&cx.head))?;
    shown::told(tx, cx, directory, group, 200, &projection)
}

/// Change a group, or who is in it. Of a large group nothing is told, if nothing is asked for by `attributes`.
#[endpoint(
    "scim.groups.patch",
    scim PATCH "/v1/b2b/scim/{connection_id}/Groups/{id}",
    errors(..WRITE, ..CHANGE, ScimInvalidPath, ScimMutability, ScimNoTarget)
)]
fn patch(tx: &mut Tx, cx: &Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let projection = input.projection(&GROUP)?;
    let directory = &cx.caller.directory;
    let group = operations::patch(tx, cx, directory, &input.id, &input.body, condition::wanted(&cx.head))?;
    if projection == Projection::Everything && shown::is_large(tx, directory, &group)? {
        // Whoever changes one member of many does not want to be told of all (RFC 7644, section 3.5.2).
        return Ok(Resource { etag: Some(condition::etag(group.version)), ..Resource::gone() });
    }
    shown::told(tx, cx, directory, group, 200, &projection)
}

/// Delete a group, with the roles that it gave.
#[endpoint("scim.groups.delete", scim DELETE "/v1/b2b/scim/{connection_id}/Groups/{id}" -> 204, errors(..CHANGE))]
fn delete(tx: &mut Tx, cx: &Call<ScimCaller>, input: ById) -> Result<Resource> {
    operations::delete(tx, cx, &cx.caller.directory, &input.id, condition::wanted(&cx.head))?;
    Ok(Resource::gone())
}
