//! GitHub: OAuth 2.0, and an API that says who somebody is. Of the addresses of an account the primary one is taken, if GitHub has
//! verified it. That was once, perhaps years ago, so it proves nothing now.

use super::{Manner, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use serde_json::Value;

pub(super) const MANNER: Manner = Manner {
    issuer: None,
    authorization_url: Some("https://github.com/login/oauth/authorize"),
    token_url: Some("https://github.com/login/oauth/access_token"),
    api_url: Some("https://api.github.com"),
    scopes: &["read:user", "user:email"],
    added: &[],
    pkce: Pkce::Always,
    way: Way::Github,
};

/// Whose account it is: what `/user` says, and `/user/emails`. `None` where it says of nobody.
pub(in crate::oauth) fn account(api_url: &str, user: &Value, emails: &Value) -> Option<Account> {
    let user = user.as_object()?;
    let verified = emails.as_array().into_iter().flatten().filter_map(Value::as_object);
    let mut primary = verified.filter(|email| read::is_true(email, "primary") && read::is_true(email, "verified"));
    Some(Account {
        provider: Provider::Github.name().to_owned(),
        issuer: api_url.to_owned(),
        subject: read::id(user, "id")?,
        tenants: Vec::new(),
        email: primary.find_map(|email| read::email(email, "email")),
        proves_email: false,
        full_name: read::text(user, "name"),
        picture_url: read::picture_url(user, "avatar_url"),
        locale: None,
    })
}
