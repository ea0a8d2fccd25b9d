//! Tenants at OAuth providers, whose people organizations let in.

use super::{AuthMethod, OauthTenantJitProvisioning, Organization, Settings, store};
use database::Tx;
use foundation::error::Result;
use foundation::project::Project;
use serde::{Deserialize, Serialize};

/// An OAuth provider whose accounts are of tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TenantProvider {
    /// Its tenants are workspaces.
    Slack,
    /// Its tenants are accounts of companies, which it calls hubs.
    Hubspot,
    /// Its tenants are organizations.
    Github,
}

impl TenantProvider {
    pub(crate) const ALL: &[TenantProvider] = &[TenantProvider::Slack, TenantProvider::Hubspot, TenantProvider::Github];

    /// What it is called in `allowed_oauth_tenants`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            TenantProvider::Slack => "slack",
            TenantProvider::Hubspot => "hubspot",
            TenantProvider::Github => "github",
        }
    }

    /// Logging in by it.
    pub(crate) fn method(self) -> AuthMethod {
        match self {
            TenantProvider::Slack => AuthMethod::SlackOauth,
            TenantProvider::Hubspot => AuthMethod::HubspotOauth,
            TenantProvider::Github => AuthMethod::GithubOauth,
        }
    }
}

/// The tenants that a provider has just said somebody to be of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OauthTenants {
    pub(crate) provider: TenantProvider,
    pub(crate) ids: Vec<String>,
}

impl Settings {
    /// The first of these tenants whose people may join by themselves.
    pub(crate) fn tenant_that_lets_join<'a>(&self, tenants: &'a OauthTenants) -> Option<&'a str> {
        if self.oauth_tenant_jit_provisioning == OauthTenantJitProvisioning::NotAllowed {
            return None;
        }
        let allowed = self.allowed_oauth_tenants.get(tenants.provider.as_str())?;
        tenants.ids.iter().find(|id| allowed.contains(id)).map(String::as_str)
    }
}

/// The organizations that list one of these tenants.
pub(crate) fn listing_tenants(tx: &mut Tx, project: &Project, tenants: &OauthTenants) -> Result<Vec<Organization>> {
    match tenants.ids.is_empty() {
        true => Ok(Vec::new()),
        false => store::listing_tenants(tx, &project.id, tenants.provider.as_str(), &tenants.ids),
    }
}
