//! What there is to know of each provider: where it is, what it is asked for, and how its answers are read.
//!
//! What an answer says is data of somebody else's (threat T-22): a value of another type than it should have is none, and what is
//! not said to be proven in just these words is not.

pub(super) mod github;
mod google;
pub(super) mod hubspot;
mod microsoft;
mod oidc;
mod read;
mod slack;

use crate::oauth_accounts::Account;
use crate::oauth_providers::{Provider, Settings};
use ::oidc::id_token::IdToken;

pub(super) use github::account as github_account;
pub(super) use hubspot::account as hubspot_account;
pub(super) use read::add_userinfo;

/// How a provider is spoken with, where nothing else is set.
pub(super) struct Manner {
    /// For OpenID Connect, where the configuration is published; `None` where people have to say it.
    pub(super) issuer: Option<&'static str>,
    pub(super) authorization_url: Option<&'static str>,
    pub(super) token_url: Option<&'static str>,
    /// Where its API begins.
    pub(super) api_url: Option<&'static str>,
    /// What is always asked for.
    pub(super) scopes: &'static [&'static str],
    /// Parameters of the address that a login begins at, which whoever begins it may say otherwise.
    pub(super) added: &'static [(&'static str, &'static str)],
    pub(super) pkce: Pkce,
    pub(super) way: Way,
}

/// Whether a provider takes a code challenge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pkce {
    /// As its configuration says.
    AsPublished,
    Always,
    Never,
}

/// How it is learned who somebody is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By an ID token.
    IdToken,
    /// By GitHub's API.
    Github,
    /// By HubSpot's API.
    Hubspot,
}

/// What the scopes of OpenID Connect are for logging in.
const OPENID: &[&str] = &["openid", "email", "profile"];

/// The manner of a provider.
pub(super) fn manner(provider: &Provider) -> Manner {
    match provider {
        Provider::Google => google::MANNER,
        Provider::Microsoft => microsoft::MANNER,
        Provider::Slack => slack::MANNER,
        Provider::Github => github::MANNER,
        Provider::Hubspot => hubspot::MANNER,
        Provider::Oidc(_) => oidc::MANNER,
    }
}

/// Whose account an ID token is about; `None` where it says too little for that.
pub(super) fn of_id_token(provider: &Provider, settings: &Settings, id_token: &IdToken) -> Option<Account> {
    match provider {
        Provider::Google => Some(google::account(provider, id_token)),
        Provider::Microsoft => Some(microsoft::account(provider, id_token)),
        Provider::Slack => slack::account(provider, id_token),
        _ => Some(oidc::account(provider, settings, id_token)),
    }
}

#[cfg(test)]
mod tests;
