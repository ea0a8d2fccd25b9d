//! Coming and going. The pages around it are the dashboard's.

use super::caller::Operator;
use super::sessions::{self, Begun, COOKIE, MINUTES};
use super::{of_client, of_own, passkeys};
use crate::ceremonies::{AssertionResponse, PublicKeyCredential, RequestOptions};
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::secret::Secret;
use frame::{Call, Cookie, SameSite};

/// Why nobody is signed in.
pub(crate) const SIGN_IN: &[ApiError] =
    &[ApiError::WrongPassword, ApiError::UserLockLimitReached, ApiError::InvalidPasskeyDomain];

/// The cookie of a session that has begun, or has ended.
pub(crate) struct SignedIn(pub(crate) Cookie);

/// How far somebody has come.
pub(crate) enum Came {
    In(SignedIn),
    /// What the page asks the authenticator for.
    ToPasskey(Box<RequestOptions>),
}

/// Signs somebody in by their password, or asks for a passkey besides.
///
/// # Errors
/// [`SIGN_IN`].
pub(crate) async fn sign_in<C: Send + Sync>(cx: &Call<C>, email: &str, password: Secret) -> Result<Came> {
    // What is no address is nobody's.
    let email = EmailAddress::parse(email).map_err(|_| ApiError::WrongPassword)?;
    let before = cx.head.cookie(COOKIE).map(str::to_owned);
    let by = of_client(cx);
    match sessions::begin(&by, &email, &password, before).await? {
        Begun::Session(token) => Ok(Came::In(SignedIn(cookie(token, MINUTES * 60)))),
        Begun::Passkeys(account, known) => {
            let domain = passkeys::domain(&cx.app, &cx.head)?;
            Ok(Came::ToPasskey(Box::new(passkeys::ask(&by, &account, &known, &domain)?)))
        }
    }
}

/// Signs somebody in who has shown their password, by the passkey that they were asked for then.
///
/// # Errors
/// `webauthn_challenge_not_found`, `unable_to_authenticate_webauthn`, `invalid_public_key_credential`.
pub(crate) async fn sign_in_with_passkey<C: Send + Sync>(cx: &Call<C>, credential: &str) -> Result<SignedIn> {
    let given: PublicKeyCredential<AssertionResponse> = passkeys::read(credential)?;
    let before = cx.head.cookie(COOKIE).map(str::to_owned);
    let token = sessions::begin_with_passkey(&of_client(cx), given.read()?, before).await?;
    Ok(SignedIn(cookie(token, MINUTES * 60)))
}

/// Signs an operator out.
pub(crate) async fn sign_out(cx: &Call<Operator>) -> Result<SignedIn> {
    sessions::end(&of_own(cx), &cx.caller.account, cx.caller.token()).await?;
    Ok(SignedIn(cookie(String::new(), 0)))
}

fn cookie(value: String, seconds: i64) -> Cookie {
    Cookie { name: COOKIE.into(), value, seconds, same_site: SameSite::Strict }
}
