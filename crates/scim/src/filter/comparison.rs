//! One value and one literal.

use super::{Literal, Operator};
use crate::schema::{Attribute, Kind};
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// Whether a value compares so with a literal. Values of different types never do.
pub(super) fn compares(
    attribute: Option<&'static Attribute>,
    value: &Value,
    operator: Operator,
    literal: &Literal,
) -> bool {
    match (value, literal) {
        (Value::String(value), Literal::Text(literal)) => texts(attribute, value, operator, literal),
        (Value::Number(value), Literal::Number(literal)) => holds(numbers(value, literal), operator),
        (Value::Bool(value), Literal::Boolean(literal)) => operator == Operator::Equal && value == literal,
        // Directories write booleans as texts.
        (Value::Bool(value), Literal::Text(literal)) => {
            operator == Operator::Equal && literal.eq_ignore_ascii_case(if *value { "true" } else { "false" })
        }
        _ => false,
    }
}

fn texts(attribute: Option<&'static Attribute>, value: &str, operator: Operator, literal: &str) -> bool {
    if attribute.is_some_and(|attribute| matches!(attribute.kind, Kind::DateTime)) {
        let (Ok(value), Ok(literal)) = (value.parse::<jiff::Timestamp>(), literal.parse()) else { return false };
        return holds(Some(value.cmp(&literal)), operator);
    }
    if is_case_exact(attribute) {
        return of_text(value, operator, literal);
    }
    of_text(&folded(value), operator, &folded(literal))
}

fn of_text(value: &str, operator: Operator, literal: &str) -> bool {
    match operator {
        Operator::Contains => value.contains(literal),
        Operator::StartsWith => value.starts_with(literal),
        Operator::EndsWith => value.ends_with(literal),
        _ => holds(Some(value.cmp(literal)), operator),
    }
}

fn holds(order: Option<Ordering>, operator: Operator) -> bool {
    order.is_some_and(|order| match operator {
        Operator::Equal => order.is_eq(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::NotEqual | Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    })
}

fn numbers(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn is_case_exact(attribute: Option<&'static Attribute>) -> bool {
    attribute.is_some_and(|attribute| attribute.is_case_exact)
}

/// A text without its case: two that are folded alike are the same to what does not mind case. Of the two small letters that are one
/// capital in Greek, it is the one that does not depend on where a word ends.
pub fn folded(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

/// Whether two values of an attribute are the same to it.
pub(crate) fn are_equal(attribute: Option<&'static Attribute>, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) if !is_case_exact(attribute) => folded(one) == folded(other),
        _ => one == other,
    }
}
