//! What a provider says of an account, and what it gives for it.

use crate::oauth_providers::Provider;
use crate::organizations::{OauthTenants, TenantProvider};
use database::Timestamp;
use foundation::email_address::EmailAddress;
use foundation::keys::{Keys, Purpose};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A person, as a provider knows them. Provider, issuer and subject are who it is; all else may change, and proves nothing
/// but what is said here to be proven (threat T-21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The name of the provider.
    pub(crate) provider: String,
    /// Who says so: an issuer, with the tenant where subjects mean something in it only.
    pub(crate) issuer: String,
    /// What the provider calls the person.
    pub(crate) subject: String,
    /// Workspaces, hubs or organizations at the provider that it says the person is of.
    #[serde(default)]
    pub(crate) tenants: Vec<String>,
    pub(crate) email: Option<EmailAddress>,
    /// Whether the provider's word is a proof that the person reads mail at the address now.
    pub(crate) proves_email: bool,
    pub(crate) full_name: Option<String>,
    pub(crate) picture_url: Option<String>,
    pub(crate) locale: Option<String>,
}

impl Account {
    /// Which provider it is at. A name that is none any more is one of nobody.
    pub(crate) fn provider(&self) -> Provider {
        Provider::parse(&self.provider).unwrap_or_else(|| Provider::Oidc(self.provider.clone()))
    }

    /// What a registration is looked up by.
    pub(crate) fn hash(&self, keys: &Keys) -> [u8; 32] {
        keys.hash(Purpose::OauthIdentity, format!("{}\0{}\0{}", self.provider, self.issuer, self.subject).as_bytes())
    }

    /// The tenants that may let the person into organizations, at a provider that has such.
    pub(crate) fn oauth_tenants(&self) -> Option<OauthTenants> {
        let provider = match self.provider() {
            Provider::Slack => TenantProvider::Slack,
            Provider::Hubspot => TenantProvider::Hubspot,
            Provider::Github => TenantProvider::Github,
            Provider::Google | Provider::Microsoft | Provider::Oidc(_) => return None,
        };
        Some(OauthTenants { provider, ids: self.tenants.clone() })
    }

    /// The address, if it is proven.
    pub(crate) fn proven_email(&self) -> Option<&EmailAddress> {
        self.email.as_ref().filter(|_| self.proves_email)
    }
}

/// A provider's tokens. They are sealed where they are stored, and no log has them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    /// Until when the access token is good, if that is said.
    #[serde(default, with = "foundation::time::optional")]
    pub(crate) expires_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) refresh_token: Option<String>,
    #[serde(default)]
    pub(crate) id_token: Option<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
}

impl Tokens {
    /// Keeps what earlier ones have and these do not: providers give a refresh token once, and One Tap gives an ID token only.
    pub(super) fn keep_from(&mut self, before: Tokens) {
        if self.access_token.is_empty() {
            self.access_token = before.access_token;
            self.expires_at = before.expires_at;
            self.scopes = before.scopes;
        }
        self.refresh_token = self.refresh_token.take().or(before.refresh_token);
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tokens(..)")
    }
}

/// An account, with the tokens that came along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) account: Account,
    pub(crate) tokens: Tokens,
}
