//! Coming and going. The pages around it are the dashboard's.

use super::caller::Operator;
use super::sessions::{self, COOKIE, Client, MINUTES};
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::secret::Secret;
use frame::{Call, Cookie, SameSite};

/// Why nobody is signed in.
pub(crate) const SIGN_IN: &[ApiError] = &[ApiError::WrongPassword, ApiError::UserLockLimitReached];

/// The cookie of a session that has begun, or has ended.
pub(crate) struct SignedIn(pub(crate) Cookie);

/// Signs somebody in.
///
/// # Errors
/// [`SIGN_IN`].
pub(crate) async fn sign_in<C: Send + Sync>(cx: &Call<C>, email: &str, password: Secret) -> Result<SignedIn> {
    // What is no address is nobody's.
    let email = EmailAddress::parse(email).map_err(|_| ApiError::WrongPassword)?;
    let before = cx.head.cookie(COOKIE).map(str::to_owned);
    let client = Client { now: cx.now(), request_id: &cx.request_id, ip_address: cx.ip_address };
    let token = sessions::begin(&cx.app, client, &email, &password, before).await?;
    Ok(SignedIn(cookie(token, MINUTES * 60)))
}

/// Signs an operator out.
pub(crate) async fn sign_out(cx: &Call<Operator>) -> Result<SignedIn> {
    let client = Client { now: cx.now(), request_id: &cx.request_id, ip_address: cx.ip_address };
    sessions::end(&cx.app, client, &cx.caller.account, cx.caller.token()).await?;
    Ok(SignedIn(cookie(String::new(), 0)))
}

fn cookie(value: String, seconds: i64) -> Cookie {
    Cookie { name: COOKIE.into(), value, seconds, same_site: SameSite::Strict }
}
