//! PATCH (RFC 7644, section 3.5.2).

mod application;
mod elements;
mod path;
mod request;
mod values;
mod whole;

pub use application::apply;
pub(crate) use application::apply_each;
pub use path::Path;
pub use request::{MAX_OPERATIONS, read};
pub(crate) use values::{coerced, extension, is_primary, without_nulls};
pub(crate) use whole::{complete_schemas, missing, place};

use serde_json::Value;

/// One operation. Applying it twice is the same as applying it once.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is done.
    pub action: Action,
    /// To what; none is the resource itself, and the value says which attributes.
    pub path: Option<Path>,
    /// With what; `null` if there is nothing.
    pub value: Value,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Adds values to what has several, sets what has one.
    Add,
    /// Takes values away.
    Remove,
    /// Sets what is there in the place of what was.
    Replace,
}
