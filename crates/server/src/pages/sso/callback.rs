use super::{Led, On};
use crate::actor::Anyone;
use crate::sso::{self, ANSWER, CALLBACK, CallbackInput, RESPONSE, ResponseInput};
use foundation::error::Result;
use frame::{Call, endpoint};

/// Take a SAML response in: the browser goes on to the app.
#[endpoint(
    "sso.saml_response",
    page POST "/v1/b2b/sso/callback/{connection_id}",
    errors(..CALLBACK, ..RESPONSE)
)]
pub(super) async fn saml(cx: Call<Anyone>, input: ResponseInput) -> Result<Led> {
    let arrived = sso::saml_response(&cx, &cx.head, input).await?;
    Ok(Led { on: On::Url(arrived.url), cookie: arrived.cookie })
}

/// Take the answer of an OpenID Connect provider in: the browser goes on to the app.
#[endpoint(
    "sso.oidc_callback",
    redirect GET "/v1/b2b/sso/callback/{connection_id}",
    errors(..CALLBACK, ..ANSWER)
)]
pub(super) async fn oidc(cx: Call<Anyone>, input: CallbackInput) -> Result<Led> {
    let arrived = sso::oidc_callback(&cx, &cx.head, input).await?;
    Ok(Led { on: On::Url(arrived.url), cookie: arrived.cookie })
}
