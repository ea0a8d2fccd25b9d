use super::super::outbox::is_of_this_machine;
use crate::actor::Anyone;
use axum::http::header;
use foundation::error::{Error, Result};
use frame::Call;
use serde::Serialize;
use url::Url;

/// Where the login begins instead: browsers keep our cookie for the host that they come to, and from the identity provider they
/// come back to the public URL. A developer's page may call this machine by another of its names, `localhost` for `127.0.0.1`.
pub(in crate::pages) fn elsewhere(cx: &Call<Anyone>, path: &str, input: &impl Serialize) -> Result<Option<String>> {
    let mut url =
        Url::parse(&format!("{}{path}", cx.app.public_url())).map_err(|_| Error::internal("the public URL is none"))?;
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
