//! From a filter to text.

use super::{Filter, Literal, Operator};
use serde_json::Value;
use std::fmt;

impl Operator {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Equal, "eq"),
        (Self::NotEqual, "ne"),
        (Self::Contains, "co"),
        (Self::StartsWith, "sw"),
        (Self::EndsWith, "ew"),
        (Self::Greater, "gt"),
        (Self::GreaterOrEqual, "ge"),
        (Self::Less, "lt"),
        (Self::LessOrEqual, "le"),
    ];

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(word)).map(|(operator, _)| *operator)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(operator, _)| operator == self).map_or("", |(_, word)| word);
        f.write_str(word)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", Value::from(text.as_str())),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
        }
    }
}

/// The standard's words, with brackets wherever two operators meet.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(all) => joined(f, all, " and "),
            Self::Or(all) => joined(f, all, " or "),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare(path, operator, literal) => write!(f, "{path} {operator} {literal}"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Element(path, inner) => write!(f, "{path}[{inner}]"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, all: &[Filter], word: &str) -> fmt::Result {
    for (index, filter) in all.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match filter {
            Filter::And(_) | Filter::Or(_) => write!(f, "({filter})")?,
            _ => write!(f, "{filter}")?,
        }
    }
    Ok(())
}
