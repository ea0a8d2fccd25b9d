//! HubSpot: OAuth 2.0, and an introspection that says of an access token whose it is, in which hub. Its endpoints have a version in
//! their addresses; those of `/oauth/v1` end in February 2027.

use super::{Manner, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use serde_json::Value;

pub(super) const MANNER: Manner = Manner {
    issuer: None,
    authorization_url: Some("https://app.hubspot.com/oauth/authorize"),
    token_url: Some("https://api.hubapi.com/oauth/2026-03/token"),
    api_url: Some("https://api.hubapi.com"),
    scopes: &["oauth"],
    added: &[],
    pkce: Pkce::Never,
    way: Way::Hubspot,
};

/// Where its API tells of a token.
pub(in crate::oauth) const INTROSPECTION: &str = "/oauth/2026-03/token/introspect";

/// Whose account it is: what is said of the access token. `None` where that is of nobody, or the token is another app's (threat T-28).
pub(in crate::oauth) fn account(api_url: &str, client_id: &str, token: &Value) -> Option<Account> {
    let token = token.as_object()?;
    let is = |name: &str, value: &str| read::text(token, name).as_deref() == Some(value);
    if !read::is_true(token, "active") || !is("client_id", client_id) || !is("token_use", "access_token") {
        return None;
    }
    let hub = read::id(token, "hub_id")?;
    Some(Account {
        provider: Provider::Hubspot.name().to_owned(),
        issuer: format!("{api_url} {hub}"),
        subject: read::id(token, "user_id")?,
        tenants: vec![hub],
        email: read::email(token, "user"),
        proves_email: false,
        full_name: None,
        picture_url: None,
        locale: None,
    })
}
