//! Searching: a query of filters becomes one SQL condition, made of fixed fragments and numbered arguments.

use database::{Timestamp, Value as SqlValue};
use foundation::error::{ApiError, Error, Result};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

/// A query: operands joined by one operator.
// `N` has the names of its filters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(bound = "")]
#[schemars(rename = "{N}Query")]
pub(crate) struct Query<N> {
    /// Whether all filters have to fit, or one of them. `AND` when absent.
    #[serde(default)]
    pub(crate) operator: Operator,
    /// The filters. Without any, everything is found.
    #[serde(default)]
    #[schemars(with = "Vec<Operand<N>>", length(max = MAX_OPERANDS))]
    pub(crate) operands: Vec<Value>,
    #[serde(skip)]
    #[schemars(skip)]
    names: PhantomData<N>,
}

/// One filter of a query.
#[derive(JsonSchema)]
#[schemars(rename = "{N}Operand")]
#[expect(dead_code, reason = "each fault of an operand has an error type of its own, so it is read by hand")]
struct Operand<N> {
    /// What is compared.
    filter_name: N,
    /// With what: `true` or `false`, a text, or a list of texts, as the filter wants.
    filter_value: FilterValue,
}

/// What a filter compares with.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "as above")]
enum FilterValue {
    Boolean(bool),
    Text(#[schemars(length(max = MAX_TEXT))] String),
    List(#[schemars(length(max = MAX_VALUES))] Vec<String>),
}

/// How filters are joined.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum Operator {
    /// All filters have to fit.
    #[default]
    #[serde(rename = "AND")]
    And,
    /// One of them has to fit.
    #[serde(rename = "OR")]
    Or,
}

/// How many there are in all, and how to get the next page.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResultsMetadata {
    /// How many there are on all pages.
    pub(crate) total: i64,
    /// What to give as `cursor` to get the next page; `null` on the last.
    pub(crate) next_cursor: Option<String>,
}

/// Which part of a listing the operator wants: so many rows, after those that came before.
#[derive(Debug, Clone)]
pub struct Part {
    /// 1 to 1000.
    pub limit: i64,
    /// [`Page::next`] of the part before.
    pub after: Option<String>,
}

/// A part of a listing, for the operator.
#[derive(Debug)]
pub struct Page {
    /// As the API shows them.
    pub rows: Vec<Value>,
    /// How many there are in all, where that is known.
    pub total: Option<i64>,
    /// Where the rest begins.
    pub next: Option<String>,
}

/// The input of a search that the API would have had as JSON.
pub(crate) fn input<T: DeserializeOwned>(json: Value) -> Result<T> {
    serde_json::from_value(json).map_err(|error| Error::Internal(Box::new(error)))
}

/// What the API would show.
pub(crate) fn json_of(shown: &impl Serialize) -> Result<Value> {
    serde_json::to_value(shown).map_err(|error| Error::Internal(Box::new(error)))
}

/// The error types of one family of filters.
pub(crate) struct Errors {
    pub(crate) name_not_string: ApiError,
    pub(crate) missing_name: ApiError,
    pub(crate) missing_value: ApiError,
    pub(crate) expected_strings: ApiError,
    pub(crate) expected_string: ApiError,
    pub(crate) expected_boolean: ApiError,
}

/// The most values one filter takes, the most filters one query has, and the most values of all its filters together.
const MAX_VALUES: usize = 200;
const MAX_OPERANDS: usize = 50;
const MAX_VALUES_IN_ALL: usize = 1000;
/// The fewest characters a fuzzy filter takes.
pub(crate) const MIN_FUZZY: usize = 3;
/// The most bytes of a filter's text; SQLite bounds its patterns.
const MAX_TEXT: usize = 1024;

/// How many rows a page has, at most as many as are asked for.
pub(crate) const LIMIT: RangeInclusive<i64> = 1..=1000;
/// The same when nothing is asked for.
pub(crate) const USUAL_LIMIT: i64 = 100;

/// One filter of a query.
pub(crate) struct Filter<'a> {
    pub(crate) name: &'a str,
    value: &'a Value,
    errors: &'a Errors,
}

impl<'a> Filter<'a> {
    fn read(operand: &'a Value, errors: &'a Errors) -> Result<Self> {
        if !operand.is_object() {
            return Err(ApiError::BadRequest.because("An operand is an object with a filter_name and a filter_value."));
        }
        let name = operand.get("filter_name").ok_or(errors.missing_name)?;
        let name = name.as_str().ok_or(errors.name_not_string)?;
        let value = operand.get("filter_value").filter(|v| !v.is_null()).ok_or(errors.missing_value)?;
        Ok(Self { name, value, errors })
    }

    pub(crate) fn strings(&self) -> Result<Vec<String>> {
        let list = self.value.as_array().filter(|list| list.len() <= MAX_VALUES).ok_or(self.errors.expected_strings)?;
        list.iter().map(|item| item.as_str().map(str::to_owned).ok_or(self.errors.expected_strings.into())).collect()
    }

    pub(crate) fn boolean(&self) -> Result<bool> {
        self.value.as_bool().ok_or(self.errors.expected_boolean.into())
    }

    pub(crate) fn string(&self) -> Result<String> {
        let text = self.value.as_str().ok_or(self.errors.expected_string)?;
        match text.len() <= MAX_TEXT {
            true => Ok(text.to_owned()),
            false => Err(ApiError::InvalidArgument.because("A filter takes a text of at most 1024 bytes.")),
        }
    }

    /// A pattern for LIKE that finds the text anywhere, without regard to case.
    pub(crate) fn fuzzy(&self, too_short: ApiError) -> Result<String> {
        let text = self.string()?;
        if text.chars().count() < MIN_FUZZY {
            return Err(too_short.into());
        }
        Ok(containing(&text))
    }
}

/// How what is searched is stored.
pub(crate) use ::scim::folded;

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere in what is folded.
pub(crate) fn containing(text: &str) -> String {
    let escaped = folded(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// A condition under construction.
pub(crate) struct Condition {
    arguments: Vec<SqlValue>,
    before: usize,
}

impl Condition {
    /// `before` is how many arguments the statement has in front of the condition's.
    pub(crate) fn new(before: usize) -> Self {
        Self { arguments: Vec::new(), before }
    }

    /// The placeholder of a new argument.
    pub(crate) fn argument(&mut self, value: impl Into<SqlValue>) -> String {
        self.arguments.push(value.into());
        format!("${}", self.before + self.arguments.len())
    }

    /// `expression` is one of the values.
    pub(crate) fn is_one_of(&mut self, expression: &str, values: &[String]) -> String {
        if values.is_empty() {
            return "FALSE".to_owned();
        }
        format!("{expression} = ANY({})", self.argument(values))
    }

    /// `expression` contains what the pattern says.
    pub(crate) fn is_like(&mut self, expression: &str, pattern: &str) -> String {
        format!("{expression} LIKE {} ESCAPE '\\'", self.argument(pattern))
    }

    /// Joins all filters of a query; without any, everything is found.
    pub(crate) fn join<N>(
        &mut self,
        query: Option<&Query<N>>,
        errors: &Errors,
        mut one: impl FnMut(&mut Self, &Filter) -> Result<String>,
    ) -> Result<String> {
        let Some(query) = query.filter(|query| !query.operands.is_empty()) else { return Ok("TRUE".to_owned()) };
        if query.operands.len() > MAX_OPERANDS {
            return Err(ApiError::InvalidArgument.because("A query has at most 50 operands."));
        }
        let values = |operand: &Value| operand.get("filter_value").and_then(Value::as_array).map_or(1, Vec::len);
        if query.operands.iter().map(values).sum::<usize>() > MAX_VALUES_IN_ALL {
            return Err(ApiError::InvalidArgument.because("The filters of a query have at most 1000 values together."));
        }
        let mut conditions = Vec::new();
        for operand in &query.operands {
            let filter = Filter::read(operand, errors)?;
            conditions.push(format!("({})", one(self, &filter)?));
        }
        Ok(conditions.join(if query.operator == Operator::Or { " OR " } else { " AND " }))
    }

    pub(crate) fn into_arguments(self) -> Vec<SqlValue> {
        self.arguments
    }
}

/// The page size.
pub(crate) fn limit(given: Option<i64>) -> Result<i64> {
    match given.unwrap_or(USUAL_LIMIT) {
        limit if LIMIT.contains(&limit) => Ok(limit),
        _ => Err(ApiError::InvalidArgument.because("limit is 1 to 1000.")),
    }
}

/// Cuts a page to its size; whether there is another one shows in the one row more that was read.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    more
}

/// The condition that a page goes on after the row with this time and id; `alias` is the table's in the statement.
pub(crate) fn after(alias: &str, position: Option<(Timestamp, String)>, arguments: &mut Vec<SqlValue>) -> String {
    let Some((at, id)) = position else { return "TRUE".to_owned() };
    arguments.extend([SqlValue::from(at), SqlValue::from(id)]);
    format!("({alias}.created_at, {alias}.id) > (${}, ${})", arguments.len() - 1, arguments.len())
}

/// The time and id in a cursor that [`position_of`] wrote.
pub(crate) fn position(cursor: String) -> Option<(Timestamp, String)> {
    let (at, id) = cursor.split_once(' ')?;
    Some((Timestamp(at.parse().ok()?), id.to_owned()))
}

/// The text of a position, for a cursor.
pub(crate) fn position_of(created_at: Timestamp, id: &impl std::fmt::Display) -> String {
    format!("{} {id}", created_at.0)
}
