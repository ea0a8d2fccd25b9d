//! Names that connections are given, and what they name.

use foundation::error::{ApiError, Result};
use foundation::text;

text! {
    /// What people call a connection.
    pub(crate) DisplayName: Line { length: 0..=128 };
    /// What identity providers and their clients are called by themselves: entity IDs, audiences, client ids.
    pub(crate) Identifier: Line { length: 0..=1024 };
    /// The address of something at an identity provider.
    pub(crate) Address: Bytes { length: 0..=oidc::endpoint::LONGEST };
}

/// The name for people that a request gives.
///
/// # Errors
/// `invalid_display_name`.
pub(super) fn display_name(given: Option<&str>) -> Result<Option<String>> {
    match given {
        Some(name) if !DisplayName::fits(name) => Err(ApiError::InvalidDisplayName.into()),
        given => Ok(given.map(str::to_owned)),
    }
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
