//! What a request for resources asks for (RFC 7644, sections 3.4.2 and 3.4.3).

use super::refusal::refused;
use ::scim::{AttributePath, Filter, Projection, ResourceType};
use foundation::error::{ApiError, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Resources in a page, where none is asked for, and at most.
const USUAL: i64 = 100;
pub(super) const MOST: i64 = 1_000;

/// The parameters of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    pub(super) filter: Option<String>,
    pub(super) sort_by: Option<String>,
    pub(super) sort_order: Option<String>,
    pub(super) start_index: Option<i64>,
    pub(super) count: Option<i64>,
    pub(super) attributes: Option<String>,
    pub(super) excluded_attributes: Option<String>,
}

impl Parameters {
    /// Those of a search, which come in a body. Names count in any case.
    pub(super) fn of_body(body: &Map<String, Value>) -> Result<Self> {
        let wrong = |name: &str| ApiError::ScimInvalidValue.because(format!("{name} is not what it has to be."));
        let mut parameters = Self::default();
        for (name, value) in body.iter().filter(|(_, value)| !value.is_null()) {
            let text = || value.as_str().map(str::to_owned).ok_or_else(|| wrong(name));
            let number = || match value {
                Value::String(text) => text.parse().map_err(|_| wrong(name)),
                value => value.as_i64().ok_or_else(|| wrong(name)),
            };
            match name.to_ascii_lowercase().as_str() {
                "filter" => parameters.filter = Some(text()?),
                "sortby" => parameters.sort_by = Some(text()?),
                "sortorder" => parameters.sort_order = Some(text()?),
                "startindex" => parameters.start_index = Some(number()?),
                "count" => parameters.count = Some(number()?),
                "attributes" => parameters.attributes = Some(names(value).ok_or_else(|| wrong(name))?),
                "excludedattributes" => parameters.excluded_attributes = Some(names(value).ok_or_else(|| wrong(name))?),
                _ => {}
            }
        }
        Ok(parameters)
    }
}

/// A list of names, or one text with commas.
fn names(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(names) => Some(names.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join(",")),
        _ => None,
    }
}

/// What is asked of one type of resource.
pub(super) struct Query {
    pub(super) filter: Option<Filter>,
    pub(super) sorting: Option<Sorting>,
    /// How many come before the page.
    pub(super) skip: usize,
    pub(super) count: usize,
    pub(super) projection: Projection,
}

/// By what, and in which direction.
pub(super) struct Sorting {
    pub(super) by: AttributePath,
    pub(super) descending: bool,
}

impl Query {
    pub(super) fn of(parameters: &Parameters, of: &ResourceType) -> Result<Self> {
        let filter = parameters.filter.as_deref().map(str::trim).filter(|filter| !filter.is_empty());
        let filter = filter.map(|filter| Filter::parse(filter, of)).transpose().map_err(refused)?;
        let sorting = match parameters.sort_by.as_deref().map(str::trim).filter(|by| !by.is_empty()) {
            None => None,
            Some(by) => Some(Sorting {
                by: AttributePath::parse(by, of)
                    .ok_or_else(|| ApiError::ScimInvalidValue.because("sortBy is not the name of an attribute."))?,
                descending: parameters.sort_order.as_deref().is_some_and(|o| o.eq_ignore_ascii_case("descending")),
            }),
        };
        Ok(Self {
            filter,
            sorting,
            skip: usize::try_from(parameters.start_index.unwrap_or(1).max(1) - 1).unwrap_or(usize::MAX),
            count: usize::try_from(parameters.count.unwrap_or(USUAL).clamp(0, MOST)).unwrap_or(0),
            projection: projection(parameters.attributes.as_deref(), parameters.excluded_attributes.as_deref(), of)?,
        })
    }

    /// Whether the filter or the order looks at an attribute, which then has to be read.
    pub(super) fn looks_at(&self, attribute: &str) -> bool {
        let is_in = |text: String| text.to_ascii_lowercase().contains(attribute);
        self.filter.as_ref().is_some_and(|filter| is_in(filter.to_string()))
            || self.sorting.as_ref().is_some_and(|sorting| is_in(sorting.by.to_string()))
    }
}

/// What of a resource is to be in the answer.
pub(super) fn projection(attributes: Option<&str>, excluded: Option<&str>, of: &ResourceType) -> Result<Projection> {
    Projection::new(attributes, excluded, of).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::scim::USER;
    use serde_json::json;

    fn of(body: Value) -> Result<Query> {
        Query::of(&Parameters::of_body(body.as_object().unwrap())?, &USER)
    }

    #[test]
    fn pages_are_bounded() {
        for (start, count, skip, most) in [(0, 5, 0, 5), (-3, -1, 0, 0), (11, 1_000_000, 10, 1_000)] {
            let query = of(json!({ "startIndex": start, "count": count })).unwrap();
            assert_eq!((query.skip, query.count), (skip, most));
        }
        assert_eq!(of(json!({})).unwrap().count, 100);
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for body in [
            json!({ "filter": 7 }),
            json!({ "filter": "userName eq" }),
            json!({ "sortBy": "a b" }),
            json!({ "count": "x" }),
        ] {
            assert!(of(body).is_err());
        }
        assert!(of(json!({ "FILTER": "userName pr", "attributes": ["userName", "name.familyName"] })).is_ok());
    }
}
