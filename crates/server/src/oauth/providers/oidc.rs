//! Any OpenID Connect provider, which the project has set up itself. Whether its word about addresses counts, the project says.

use super::{Manner, OPENID, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::{Provider, Settings};
use ::oidc::id_token::IdToken;

pub(super) const MANNER: Manner = Manner {
    issuer: None,
    authorization_url: None,
    token_url: None,
    api_url: None,
    scopes: OPENID,
    added: &[],
    pkce: Pkce::AsPublished,
    way: Way::IdToken,
};

/// Whose account it is.
pub(super) fn account(provider: &Provider, settings: &Settings, id_token: &IdToken) -> Account {
    let proves_email = settings.verifies_email && read::is_true(&id_token.claims, "email_verified");
    Account { proves_email, ..read::of_claims(provider, id_token) }
}
