//! How much the settings of an organization may take, all together.
//!
//! They are read with every login and remembered for every session. Lists have bounds of their own, which together would
//! let an administrator write two hundred kilobytes.

use super::Organization;
use foundation::error::{ApiError, Error, Result};

/// Bytes as JSON: a hundred domains and a hundred roles fit.
const MAX_BYTES: usize = 32 << 10;

/// Refuses settings that are too large. Those that are it already may stay so, and become smaller.
///
/// # Errors
/// [`ApiError::InvalidArgument`].
pub(super) fn check(before: Option<&Organization>, organization: &Organization) -> Result<()> {
    let bytes = bytes(organization)?;
    if bytes <= MAX_BYTES || before.is_some_and(|before| self::bytes(before).is_ok_and(|before| bytes <= before)) {
        return Ok(());
    }
    Err(ApiError::InvalidArgument.because(format!(
        "The settings and roles of an organization take at most {MAX_BYTES} bytes as JSON; these take {bytes}."
    )))
}

fn bytes(organization: &Organization) -> Result<usize> {
    let all = (&organization.settings, &organization.sso_connections, &organization.scim_connection);
    Ok(serde_json::to_vec(&all).map_err(|error| Error::Internal(Box::new(error)))?.len())
}
