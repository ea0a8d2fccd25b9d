//! A connection to an OpenID Connect provider.

mod changes;
mod endpoints;
mod operations;
mod published;
mod view;

pub(crate) use changes::Changes;
pub(super) use endpoints::endpoints;
pub(crate) use operations::{create, update};
pub(super) use view::OidcConnection;

use super::{AttributeMapping, ConnectionRole, GroupRole};
use foundation::stored::Fields;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Its settings, as they are stored. An empty text is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Oidc {
    pub(crate) identity_provider: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    /// Another with each secret that is set, so that the audit log can tell that it was.
    pub(crate) client_secret_id: String,
    pub(crate) authorization_url: String,
    pub(crate) token_url: String,
    pub(crate) userinfo_url: String,
    pub(crate) jwks_url: String,
    /// Separated by spaces; empty for the usual ones.
    pub(crate) custom_scopes: String,
    pub(crate) attribute_mapping: AttributeMapping,
    pub(crate) connection_roles: Vec<ConnectionRole>,
    pub(crate) group_roles: Vec<GroupRole>,
    /// Nobody logs in by it until a test login has shown that it works.
    pub(crate) awaits_test_login: bool,
}

impl Fields for Oidc {
    fn strictest(field: &str) -> Option<Value> {
        (field == "awaits_test_login").then_some(true.into())
    }
}

impl Oidc {
    /// What a login needs and is not set.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let needed = [
            (&self.issuer, "issuer"),
            (&self.client_id, "client_id"),
            (&self.client_secret_id, "client_secret"),
            (&self.authorization_url, "authorization_url"),
            (&self.token_url, "token_url"),
            (&self.userinfo_url, "userinfo_url"),
            (&self.jwks_url, "jwks_url"),
        ];
        needed.into_iter().filter(|(text, _)| text.is_empty()).map(|(_, name)| name).collect()
    }
}
