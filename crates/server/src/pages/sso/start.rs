use super::{Led, On};
use crate::actor::Anyone;
use crate::one_time_tokens::pkce::CHALLENGE;
use crate::redirect_urls::REDIRECT;
use crate::sso::{self, BEGIN, Start, Way};
use foundation::error::Result;
use frame::{Call, endpoint};

/// Begin a login by SSO: the browser goes on to the identity provider.
///
/// Give a connection, or an organization, whose default connection it is then.
#[endpoint(
    "sso.start",
    redirect GET "/v1/public/sso/start",
    redirect GET "/b2b/public/sso/start",
    errors(..BEGIN, ..CHALLENGE, ..REDIRECT)
)]
pub(super) async fn start(cx: Call<Anyone>, input: Start) -> Result<Led> {
    let (asked, head) = (cx.context(), cx.head.clone());
    let started = cx.write(move |tx| sso::begin(tx, &asked, &head, input.clone())).await?;
    let on = match sso::way(&started).await? {
        Way::Url(url) => On::Url(url),
        Way::Form { action, saml_request, relay_state } => Led::form(&cx.app, &action, &saml_request, &relay_state)?,
    };
    Ok(Led { on, cookie: Some(started.cookie()) })
}
