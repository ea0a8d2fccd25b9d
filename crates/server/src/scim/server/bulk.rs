//! Several changes in one request (RFC 7644, section 3.7). Each is a transaction of its own, in the order in which they stand.

use super::caller::{Directory, ScimCaller};
use super::{groups, users};
use ::scim::Projection;
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use frame::{Call, Endpoint, Resource, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Changes in a request, at most: all of them are made before there is an answer.
pub(super) const MOST: usize = 500;
/// Bytes in a request, at most: the frame reads no more.
pub(super) const MOST_BYTES: usize = 1 << 20;

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![bulk::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Sent {
    #[serde(default)]
    body: Map<String, Value>,
}

/// One change.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    method: String,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    #[serde(default)]
    data: Map<String, Value>,
}

/// Make several changes.
#[endpoint(
    "scim.bulk",
    scim POST "/v1/b2b/scim/{connection_id}/Bulk",
    errors(ScimInvalidSyntax, ScimTooMany)
)]
async fn bulk(call: Call<ScimCaller>, input: Sent) -> Result<Resource> {
    let named = |name: &str| input.body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let Some(Value::Array(operations)) = named("Operations") else {
        return Err(
            ApiError::ScimInvalidSyntax.because(format!("A bulk request ({REQUEST}) has a list \"Operations\"."))
        );
    };
    if operations.len() > MOST {
        return Err(ApiError::ScimTooMany.because(format!("A bulk request has {MOST} operations, and no more.")));
    }
    let fail_on = named("failOnErrors").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (cx, directory) = (call.context(), call.caller.directory.clone());
    let (mut told, mut made, mut failed) = (Vec::with_capacity(operations.len()), HashMap::new(), 0);
    for operation in operations {
        if failed >= fail_on {
            break;
        }
        let outcome = one(&cx, &directory, operation, &made).await?;
        failed += u64::from(outcome.is_failure);
        if let Some((bulk_id, id)) = outcome.made {
            made.insert(bulk_id, id);
        }
        told.push(Value::Object(outcome.told));
    }
    if let (Some(witness), true) = (&cx.witness, failed > 0) {
        witness.remark(format!("{failed} of {} operations were refused, as the answer says.", operations.len()));
    }
    let body = Map::from_iter([("schemas".to_owned(), json!([RESPONSE])), ("Operations".to_owned(), told.into())]);
    Ok(Resource::plain(body))
}

/// What came of a change.
struct Outcome {
    told: Map<String, Value>,
    /// The id of what was made, by the name that the request has for it.
    made: Option<(String, String)>,
    is_failure: bool,
}

/// Makes a change. What is refused is told in its place; what is wrong with the server ends the request.
async fn one(cx: &Cx, directory: &Directory, operation: &Value, made: &HashMap<String, String>) -> Result<Outcome> {
    let mut told = Map::new();
    for name in ["method", "bulkId"] {
        if let Some(value) = operation.get(name) {
            told.insert(name.to_owned(), value.clone());
        }
    }
    let done = match Change::read(operation, made) {
        Ok(change) => {
            let (context, directory, asked) = (cx.clone(), directory.clone(), change.clone());
            let seen = cx.witness.clone().map(|witness| (witness.mark(), witness));
            let undone = seen.clone();
            let work = move |tx: &mut Tx| {
                if let Some((mark, witness)) = &seen {
                    witness.undo_to(*mark);
                }
                let directory = directory.enter(tx, &context)?;
                make(tx, &context, &directory, asked.clone())
            };
            let done = cx.write(work).await;
            if let (Err(_), Some((mark, witness))) = (&done, &undone) {
                witness.undo_to(*mark);
            }
            done.map(|done| (change, done))
        }
        Err(error) => Err(error),
    };
    let (made, is_failure) = match done {
        Ok((change, done)) => {
            told.insert("status".to_owned(), done.status.to_string().into());
            for (name, value) in [("location", done.location), ("version", done.etag)] {
                if let Some(value) = value {
                    told.insert(name.to_owned(), value.into());
                }
            }
            let id = done.body.and_then(|body| Some(body.get("id")?.as_str()?.to_owned()));
            (change.bulk_id.zip(id), false)
        }
        Err(error) => {
            let detail = error.sentence();
            let Error::Api(error, _) = error else { return Err(error) };
            let status = error.status();
            told.insert("status".to_owned(), status.as_str().into());
            let mut response = json!({ "schemas": [ERROR], "status": status.as_str(), "detail": detail });
            if let Some(kind) = frame::scim_type(error) {
                response["scimType"] = kind.into();
            }
            told.insert("response".to_owned(), response);
            (None, true)
        }
    };
    Ok(Outcome { told, made, is_failure })
}

impl Change {
    /// Reads one, with the ids of what was made before it in the place of names.
    fn read(operation: &Value, made: &HashMap<String, String>) -> Result<Self> {
        let mut operation = operation.clone();
        resolve(&mut operation, made)?;
        Self::deserialize(operation)
            .map_err(|_| ApiError::ScimInvalidSyntax.because("An operation has a method, a path, and mostly data."))
    }
}

/// Puts ids in the place of `bulkId:…`. What comes later cannot be named.
fn resolve(value: &mut Value, made: &HashMap<String, String>) -> Result<()> {
    match value {
        Value::String(text) => {
            if let Some((before, name)) =
                text.split_once("bulkId:").filter(|(before, _)| before.is_empty() || before.ends_with('/'))
            {
                let id = made.get(name).ok_or_else(|| {
                    ApiError::ScimInvalidValue
                        .because("A bulkId is named that nothing before has, or that was refused.")
                })?;
                *text = format!("{before}{id}");
            }
            Ok(())
        }
        Value::Array(elements) => elements.iter_mut().try_for_each(|element| resolve(element, made)),
        Value::Object(members) => members.values_mut().try_for_each(|member| resolve(member, made)),
        _ => Ok(()),
    }
}

fn make(tx: &mut Tx, cx: &Cx, directory: &Directory, change: Change) -> Result<Resource> {
    let Change { method, path, version, data, .. } = change;
    let (method, wanted) = (method.to_ascii_uppercase(), version.as_deref());
    let (kind, id) = match path.trim_start_matches('/').split_once('/') {
        Some((kind, id)) => (kind, Some(id)),
        None => (path.trim_start_matches('/'), None),
    };
    let ok = 200;
    // Without what stands apart: an operation's answer has no resource in it.
    let brief = |apart: &str, of: &'static ::scim::ResourceType| -> Result<Projection> {
        super::query::projection(None, Some(apart), of)
    };
    let (users_brief, groups_brief) = (brief("groups", &::scim::USER)?, brief("members", &::scim::GROUP)?);
    match (kind, method.as_str(), id) {
        ("Users", "POST", None) => {
            let user = users::create(tx, cx, directory, data)?;
            users::told(tx, cx, directory, user, 201, &users_brief)
        }
        ("Users", "PUT", Some(id)) => {
            let user = users::replace(tx, cx, directory, id, data, wanted)?;
            users::told(tx, cx, directory, user, ok, &users_brief)
        }
        ("Users", "PATCH", Some(id)) => {
            let user = users::patch(tx, cx, directory, id, &data, wanted)?;
            users::told(tx, cx, directory, user, ok, &users_brief)
        }
        ("Users", "DELETE", Some(id)) => users::delete(tx, cx, directory, id, wanted).map(|()| Resource::gone()),
        ("Groups", "POST", None) => {
            let group = groups::create(tx, cx, directory, data)?;
            groups::told(tx, cx, directory, group, 201, &groups_brief)
        }
        ("Groups", "PUT", Some(id)) => {
            let group = groups::replace(tx, cx, directory, id, data, wanted)?;
            groups::told(tx, cx, directory, group, ok, &groups_brief)
        }
        ("Groups", "PATCH", Some(id)) => {
            let group = groups::patch(tx, cx, directory, id, &data, wanted)?;
            groups::told(tx, cx, directory, group, ok, &groups_brief)
        }
        ("Groups", "DELETE", Some(id)) => groups::delete(tx, cx, directory, id, wanted).map(|()| Resource::gone()),
        _ => Err(ApiError::ScimInvalidSyntax
            .because("An operation is POST to /Users or /Groups, or PUT, PATCH or DELETE of one.")),
    }
}
