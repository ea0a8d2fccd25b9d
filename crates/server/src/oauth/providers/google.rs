//! Google: OpenID Connect. Its word about an address counts for accounts of Google Workspace, whose `hd` says that the domain is
//! the organization's that manages the account. A private account may have been made with an address that has long been somebody
//! else's.

use super::{Manner, OPENID, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use ::oidc::id_token::IdToken;

pub(super) const MANNER: Manner = Manner {
    issuer: Some("https://accounts.google.com"),
    authorization_url: None,
    token_url: None,
    api_url: None,
    scopes: OPENID,
    // Without it Google gives no refresh token, even where people are asked for consent.
    added: &[("access_type", "offline")],
    pkce: Pkce::AsPublished,
    way: Way::IdToken,
};

/// Whose account it is.
pub(super) fn account(provider: &Provider, id_token: &IdToken) -> Account {
    let claims = &id_token.claims;
    let proves_email = read::is_true(claims, "email_verified") && read::text(claims, "hd").is_some();
    Account { proves_email, ..read::of_claims(provider, id_token) }
}
