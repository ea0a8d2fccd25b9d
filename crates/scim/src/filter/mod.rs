//! Filters (RFC 7644, section 3.4.2.2).

mod comparison;
mod evaluation;
mod parser;
mod text;
mod tokens;

pub(crate) use comparison::are_equal;
pub use comparison::folded;
pub(crate) use evaluation::Scope;
pub(crate) use parser::bracketed;
pub use parser::{MAX_DEPTH, MAX_LENGTH, MAX_TERMS};

use crate::attribute_path::AttributePath;
use serde_json::Number;

/// What a resource, or one element of an attribute, is asked for. `and` binds tighter than `or`.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them; two at least.
    And(Vec<Filter>),
    /// One of them; two at least.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// A value of the attribute compares so. Of several one is enough, save for `ne`, which is the opposite of `eq`.
    Compare(AttributePath, Operator, Literal),
    /// The attribute has a value.
    Present(AttributePath),
    /// One element of the attribute fulfils all of the inner filter.
    Element(AttributePath, Box<Filter>),
}

/// How an attribute is compared with a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// They are the same.
    Equal,
    /// They are not.
    NotEqual,
    /// The attribute has the text in it.
    Contains,
    /// It begins with the text.
    StartsWith,
    /// It ends with the text.
    EndsWith,
    /// It is greater, comes later or stands behind.
    Greater,
    /// That, or the same.
    GreaterOrEqual,
    /// It is less, comes earlier or stands before.
    Less,
    /// That, or the same.
    LessOrEqual,
}

/// What an attribute is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A text; also a time.
    Text(String),
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`: no value.
    Null,
}

impl Filter {
    /// The comparisons for equality that everything that matches must fulfil: what storage can look up before anything is read.
    pub fn equalities(&self) -> Vec<(&AttributePath, &Literal)> {
        match self {
            Self::And(all) => all.iter().flat_map(Self::equalities).collect(),
            Self::Compare(path, Operator::Equal, literal) => vec![(path, literal)],
            _ => Vec::new(),
        }
    }
}
