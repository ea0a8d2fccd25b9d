//! HubSpot: OAuth 2.0, and an address that says of an access token whose it is, in which hub.

use super::{Manner, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use serde_json::Value;

pub(super) const MANNER: Manner = Manner {
    issuer: None,
    authorization_url: Some("https://app.hubspot.com/oauth/authorize"),
    token_url: Some("https://api.hubapi.com/oauth/v1/token"),
    api_url: Some("https://api.hubapi.com"),
    scopes: &["oauth"],
    added: &[],
    pkce: Pkce::Never,
    way: Way::Hubspot,
};

/// Whose account it is: what is said of the access token. `None` where that is of nobody.
pub(in crate::oauth) fn account(api_url: &str, token: &Value) -> Option<Account> {
    let token = token.as_object()?;
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
