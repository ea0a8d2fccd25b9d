//! Finding resources: all of them, page by page, or those that match a filter, in an order.

use super::caller::{Directory, ScimCaller};
use super::query::{Parameters, Query, Sorting};
use ::scim::sort::Key;
use ::scim::{Filter, ResourceType};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use frame::{Call, Resource};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// Resources that are read at once while looking for some.
const AT_ONCE: i64 = 500;

/// Resources that one request may look at (threat T-62).
const MOST_LOOKED_AT: usize = 200_000;

/// A type of resource, as it is stored and shown.
pub(super) trait Kind {
    /// One of them as it is stored.
    type Row;

    /// The attribute that is stored elsewhere and read only when it is asked for.
    const APART: &'static str;

    /// What it is made of.
    fn resource_type() -> &'static ResourceType;

    /// Whether an index leads to those that have a value of an attribute, whose name is given in lower case.
    fn is_indexed(attribute: &str) -> bool;

    /// All that can match a filter, where an index says so.
    fn named(tx: &mut Tx, directory: &Directory, filter: &Filter) -> Result<Option<Vec<Self::Row>>>;

    /// How many there are.
    fn count(tx: &mut Tx, directory: &Directory) -> Result<i64>;

    /// Those of a page, the oldest first.
    fn page(tx: &mut Tx, directory: &Directory, skip: i64, limit: i64) -> Result<Vec<Self::Row>>;

    /// The next ones after this id.
    fn after(tx: &mut Tx, directory: &Directory, id: &str, limit: i64) -> Result<Vec<Self::Row>>;

    /// Those with these ids, in whatever order.
    fn some(tx: &mut Tx, directory: &Directory, ids: &[String]) -> Result<Vec<Self::Row>>;

    /// As resources; whether with what is stored apart.
    fn shown(
        tx: &mut Tx,
        cx: &Cx,
        directory: &Directory,
        rows: Vec<Self::Row>,
        with_apart: bool,
    ) -> Result<Vec<Map<String, Value>>>;
}

/// A page of what was found.
pub(super) struct Found {
    pub(super) total: usize,
    pub(super) resources: Vec<Map<String, Value>>,
}

impl Found {
    /// As an answer to a request that began to count here.
    pub(super) fn told(self, skip: usize) -> Resource {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": self.total,
            "startIndex": skip.saturating_add(1),
            "itemsPerPage": self.resources.len(),
            "Resources": self.resources,
        });
        Resource::plain(body.as_object().cloned().unwrap_or_default())
    }
}

/// Answers a request for resources of a type. What an index leads to is read at once; what has to be searched waits behind other
/// searches.
pub(super) async fn answer<K: Kind>(call: Call<ScimCaller>, parameters: &Parameters) -> Result<Resource> {
    let query = Query::of(parameters, K::resource_type())?;
    let (cx, directory, skip, is_short) =
        (call.context(), call.caller.directory.clone(), query.skip, is_short::<K>(&query));
    let context = cx.clone();
    let find = move |tx: &mut Tx| {
        let directory = directory.enter(tx, &context)?;
        find::<K>(tx, &context, &directory, &query)
    };
    let found = if is_short { cx.read(find).await? } else { cx.scan(find).await? };
    Ok(found.told(skip))
}

/// Whether an index leads to all that a query can find, or there is nothing to be looked for.
fn is_short<K: Kind>(query: &Query) -> bool {
    match &query.filter {
        None => query.sorting.is_none(),
        Some(filter) => {
            filter.equalities().iter().any(|(path, _)| K::is_indexed(&path.to_string().to_ascii_lowercase()))
        }
    }
}

/// Finds a page of resources.
///
/// # Errors
/// `scim_too_many` when more would have to be looked at than one request may.
pub(super) fn find<K: Kind>(tx: &mut Tx, cx: &Cx, directory: &Directory, query: &Query) -> Result<Found> {
    let found = match (&query.filter, &query.sorting) {
        (None, None) => all::<K>(tx, cx, directory, query)?,
        (filter, _) => {
            let named = match filter {
                Some(filter) => K::named(tx, directory, filter)?,
                None => None,
            };
            match named {
                Some(rows) => among::<K>(tx, cx, directory, query, rows)?,
                None => searched::<K>(tx, cx, directory, query)?,
            }
        }
    };
    let project = |resource| query.projection.apply(resource, K::resource_type());
    Ok(Found { total: found.total, resources: found.resources.into_iter().map(project).collect() })
}

fn all<K: Kind>(tx: &mut Tx, cx: &Cx, directory: &Directory, query: &Query) -> Result<Found> {
    let total = usize::try_from(K::count(tx, directory)?).unwrap_or(0);
    if query.count == 0 || query.skip >= total {
        return Ok(Found { total, resources: Vec::new() });
    }
    let rows = K::page(tx, directory, number(query.skip), number(query.count))?;
    let resources = K::shown(tx, cx, directory, rows, query.projection.has(K::APART))?;
    Ok(Found { total, resources })
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What matches of a few.
fn among<K: Kind>(tx: &mut Tx, cx: &Cx, directory: &Directory, query: &Query, rows: Vec<K::Row>) -> Result<Found> {
    let with_apart = query.looks_at(K::APART) || query.projection.has(K::APART);
    let mut resources = K::shown(tx, cx, directory, rows, with_apart)?;
    resources.retain(|resource| matches::<K>(query, resource));
    if let Some(sorting) = &query.sorting {
        resources.sort_by_cached_key(|resource| Key::new(resource, &sorting.by, K::resource_type()));
        if sorting.descending {
            resources.reverse();
        }
    }
    let total = resources.len();
    Ok(Found { total, resources: resources.into_iter().skip(query.skip).take(query.count).collect() })
}

fn matches<K: Kind>(query: &Query, resource: &Map<String, Value>) -> bool {
    query.filter.as_ref().is_none_or(|filter| filter.matches(resource, K::resource_type()))
}

/// What matches of everything. Only ids are kept of what was looked at, and keys where there is an order.
fn searched<K: Kind>(tx: &mut Tx, cx: &Cx, directory: &Directory, query: &Query) -> Result<Found> {
    let (mut matching, mut looked_at, mut after) = (Vec::new(), 0, String::new());
    loop {
        let rows = K::after(tx, directory, &after, AT_ONCE)?;
        let is_last = rows.len() < usize::try_from(AT_ONCE).unwrap_or(0);
        looked_at += rows.len();
        if looked_at > MOST_LOOKED_AT {
            return Err(ApiError::ScimTooMany.because(format!(
                "More than {MOST_LOOKED_AT} resources would have to be looked at. Filter by userName, externalId or id."
            )));
        }
        for resource in K::shown(tx, cx, directory, rows, query.looks_at(K::APART))? {
            let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
            id.clone_into(&mut after);
            if matches::<K>(query, &resource) {
                let key = query.sorting.as_ref().map(|sorting| Key::new(&resource, &sorting.by, K::resource_type()));
                matching.push((key, id.to_owned()));
            }
        }
        if is_last {
            break;
        }
    }
    if let Some(sorting) = &query.sorting {
        matching.sort_by(|one, other| order(sorting, one, other));
    }
    let total = matching.len();
    let page: Vec<String> = matching.into_iter().skip(query.skip).take(query.count).map(|(_, id)| id).collect();
    let rows = K::some(tx, directory, &page)?;
    let mut resources = K::shown(tx, cx, directory, rows, query.projection.has(K::APART))?;
    let place = |resource: &Map<String, Value>| {
        let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
        page.iter().position(|known| known == id)
    };
    resources.sort_by_cached_key(place);
    Ok(Found { total, resources })
}

/// By the key, and where that is the same by the id.
fn order(sorting: &Sorting, one: &(Option<Key>, String), other: &(Option<Key>, String)) -> Ordering {
    let order = one.0.cmp(&other.0);
    let order = if sorting.descending { order.reverse() } else { order };
    order.then_with(|| one.1.cmp(&other.1))
}
