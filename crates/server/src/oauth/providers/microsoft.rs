//! Microsoft Entra: OpenID Connect. Every administrator of a tenant writes what they like into `email`, so it proves nothing but
//! where Microsoft says that the domain is the tenant's own (`xms_edov`; threat T-21). Issuers have the tenant in them.

use super::{Manner, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use ::oidc::email;
use ::oidc::id_token::IdToken;

pub(super) const MANNER: Manner = Manner {
    issuer: Some("https://login.microsoftonline.com/common/v2.0"),
    authorization_url: None,
    token_url: None,
    api_url: None,
    // Without offline_access there is no refresh token.
    scopes: &["openid", "email", "profile", "offline_access"],
    added: &[],
    // Its configuration does not say that it takes PKCE, and it does.
    pkce: Pkce::Always,
    way: Way::IdToken,
};

/// Whose account it is.
pub(super) fn account(provider: &Provider, id_token: &IdToken) -> Account {
    let proves_email = email::is_of_owned_domain(&id_token.claims);
    Account { proves_email, ..read::of_claims(provider, id_token) }
}
