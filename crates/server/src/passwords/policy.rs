//! Which passwords do.

use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::secret::Secret;

/// Whether a new password does.
///
/// # Errors
/// `weak_password`.
pub(super) async fn check_new(_cx: &Cx, password: &Secret, _email: &EmailAddress) -> Result<()> {
    ::passwords::check(password.reveal()).map_err(|why| ApiError::WeakPassword.because(format!("{why}.")))
}

/// Whether a password that is right must be replaced before it is of use again.
pub(super) async fn must_be_reset(_cx: &Cx, _password: &Secret, _email: &EmailAddress) -> Result<bool> {
    Ok(false)
}
