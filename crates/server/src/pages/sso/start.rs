use super::super::outbox::is_of_this_machine;
use super::failed::failed;
use super::{Led, On};
use crate::actor::Anyone;
use crate::one_time_tokens::pkce::CHALLENGE;
use crate::redirect_urls::REDIRECT;
use crate::sso::{self, BEGIN, Start, Way};
use axum::http::header;
use foundation::error::{Error, Result};
use frame::{Call, endpoint};
use url::Url;

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
    if let Some(url) = elsewhere(&cx, &input)? {
        return Ok(Led { on: On::Url(url), cookie: None });
    }
    match begin(&cx, input.clone()).await {
        Ok(led) => Ok(led),
        Err(error) => failed(&cx, error, move |tx, cx| sso::way_back_of_start(tx, cx, &input)).await,
    }
}

async fn begin(cx: &Call<Anyone>, input: Start) -> Result<Led> {
    let asked = cx.context();
    let started = cx.read(move |tx| sso::begin(tx, &asked, input.clone())).await?;
    let on = match sso::way(&started).await? {
        Way::Url(url) => On::Url(url),
        Way::Form { action, saml_request, relay_state } => Led::form(&cx.app, &action, &saml_request, &relay_state)?,
    };
    Ok(Led { on, cookie: Some(started.cookie) })
}

/// Where the login begins instead: browsers keep our cookie for the host that they come to, and from the identity provider they
/// come back to the public URL. A developer's page may call this machine by another of its names, `localhost` for `127.0.0.1`.
fn elsewhere(cx: &Call<Anyone>, input: &Start) -> Result<Option<String>> {
    let mut url = Url::parse(&format!("{}/v1/public/sso/start", cx.app.public_url()))
        .map_err(|_| Error::internal("the public URL is none"))?;
    let named = cx.head.header(header::HOST.as_str()).and_then(|host| Url::parse(&format!("http://{host}")).ok());
    // At another port it would be what a proxy calls us, and the browser would go round in circles.
    let is_other = |named: Url| named.host() != url.host() && named.port() == url.port();
    if !named.is_some_and(is_other) || !is_of_this_machine(&cx.app, &cx.head) {
        return Ok(None);
    }
    let fields = serde_json::to_value(input).map_err(|_| Error::internal("a query cannot be written"))?;
    let fields = fields.as_object().into_iter().flatten();
    let said = fields.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    url.query_pairs_mut().extend_pairs(said);
    Ok(Some(url.into()))
}
