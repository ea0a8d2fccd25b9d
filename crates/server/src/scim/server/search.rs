//! Searches in everything that the connection has brought: users, then groups.

use super::caller::ScimCaller;
use super::groups::Groups;
use super::list::{self, Found};
use super::query::{Parameters, Query};
use super::users::Users;
use super::{Search, refusal};
use ::scim::{GROUP, USER};
use database::Tx;
use foundation::error::Result;
use frame::{Call, Endpoint, Resource, endpoint};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![search::endpoint()]
}

/// Search users and groups.
#[endpoint("scim.search", scim POST "/v1/b2b/scim/{connection_id}/.search", reads, errors(..refusal::READ, ScimInvalidSyntax))]
async fn search(call: Call<ScimCaller>, input: Search) -> Result<Resource> {
    let parameters = Parameters::of_body(&input.body)?;
    let (users, mut groups) = (Query::of(&parameters, &USER)?, Query::of(&parameters, &GROUP)?);
    let (cx, directory, skip) = (call.context(), call.caller.directory.clone(), users.skip);
    let context = cx.clone();
    let find = move |tx: &mut Tx| {
        let directory = directory.enter(tx, &context)?;
        let Found { total, mut resources } = list::find::<Users>(tx, &context, &directory, &users)?;
        // Where the users end the groups begin.
        groups.skip = users.skip.saturating_sub(total);
        groups.count = users.count - resources.len();
        let others = list::find::<Groups>(tx, &context, &directory, &groups)?;
        resources.extend(others.resources);
        Ok(Found { total: total + others.total, resources })
    };
    Ok(cx.scan(find).await?.told(skip))
}
