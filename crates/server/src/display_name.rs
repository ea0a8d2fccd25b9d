//! What people call a connection.

use foundation::error::{ApiError, Result};
use foundation::text;

text! {
    /// What people call a connection.
    pub(crate) DisplayName: Line { length: 0..=128 };
}

/// The name for people that a request gives.
///
/// # Errors
/// `invalid_display_name`.
pub(crate) fn display_name(given: Option<&str>) -> Result<Option<String>> {
    match given {
        Some(name) if !DisplayName::fits(name) => Err(ApiError::InvalidDisplayName.into()),
        given => Ok(given.map(str::to_owned)),
    }
}
