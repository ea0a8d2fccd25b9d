//! Passwords of those who are members of nothing: whoever runs the installation. They are judged and hashed as members' are.

pub(crate) use super::work::verify;

use super::{policy, work};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::secret::Secret;

/// The hash of a new password, if it does.
///
/// # Errors
/// Those of a password that does not do, and `too_many_requests`.
pub(crate) async fn new_hash(cx: &Cx, password: &Secret, email: &EmailAddress) -> Result<String> {
    policy::check_new(cx, password, email).await?;
    work::hash(cx, password).await
}
