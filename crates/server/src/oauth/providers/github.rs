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

/// How many pages of organizations are read, of a hundred each.
pub(in crate::oauth) const MOST_PAGES: u32 = 10;

/// Whether a token of these scopes may ask for the organizations that the account is in.
pub(in crate::oauth) fn may_ask_for_organizations(granted: &str) -> bool {
    granted.split([' ', ',']).any(|scope| matches!(scope, "read:org" | "write:org" | "admin:org" | "user"))
}

/// The ids on a page of organizations. Their names can change, and then be another's.
pub(in crate::oauth) fn organizations(page: &Value) -> Vec<String> {
    let organizations = page.as_array().into_iter().flatten();
    organizations.filter_map(|one| Some(one.get("id")?.as_u64()?.to_string())).collect()
}

/// Whether a `Link` says that there is another page.
pub(in crate::oauth) fn has_next(link: &str) -> bool {
    link.split(',').flat_map(|one| one.split(';').skip(1)).any(|parameter| {
        let is_next = |value: &str| value.trim_matches('"').split(' ').any(|relation| relation == "next");
        parameter.trim().strip_prefix("rel=").is_some_and(is_next)
    })
}

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
