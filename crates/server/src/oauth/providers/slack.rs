//! Slack: OpenID Connect ("Sign in with Slack"). What it calls people means something within a workspace, so the workspace is a part
//! of who somebody is. Whoever administers a workspace can change addresses in it: they prove nothing.

use super::{Manner, OPENID, Pkce, Way, read};
use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use ::oidc::id_token::IdToken;

pub(super) const MANNER: Manner = Manner {
    issuer: Some("https://slack.com"),
    authorization_url: None,
    token_url: None,
    api_url: None,
    scopes: OPENID,
    added: &[],
    pkce: Pkce::AsPublished,
    way: Way::IdToken,
};

/// The id of the workspace.
const WORKSPACE: &str = "https://slack.com/team_id";

/// Whose account it is; `None` where no workspace is said.
pub(super) fn account(provider: &Provider, id_token: &IdToken) -> Option<Account> {
    let workspace = read::text(&id_token.claims, WORKSPACE)?;
    let account = read::of_claims(provider, id_token);
    Some(Account { issuer: format!("{} {workspace}", account.issuer), tenants: vec![workspace], ..account })
}
