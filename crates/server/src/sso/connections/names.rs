//! Names that connections are given, and what they name.

pub(super) use crate::display_name::{DisplayName, display_name};

use foundation::error::{ApiError, Result};
use foundation::text;

text! {
    /// What identity providers and their clients are called by themselves: entity IDs, audiences, client ids.
    pub(crate) Identifier: Line { length: 0..=1024 };
    /// The address of something at an identity provider.
    pub(crate) Address: Bytes { length: 0..=oidc::endpoint::LONGEST };
}

/// A name that a request gives, without the blanks that come along when it is pasted.
///
/// # Errors
/// `invalid_argument` when it is too long or has line breaks.
pub(super) fn identifier(field: &'static str, given: Option<&str>) -> Result<Option<String>> {
    match given.map(str::trim) {
        Some(name) if !Identifier::fits(name) || name.contains(char::is_control) => {
            Err(ApiError::InvalidArgument.because(format!("{field} is one line of at most 1024 characters.")))
        }
        given => Ok(given.map(str::to_owned)),
    }
}

/// Sets what a request gives.
pub(super) fn set<T>(field: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *field = value;
    }
}
