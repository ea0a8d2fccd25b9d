//! The id of a connection. Its kind stands in it.

use foundation::id::{Environment, ExternalConnectionId, OidcConnectionId, SamlConnectionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a connection is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SAML 2.0.
    Saml,
    /// OpenID Connect.
    Oidc,
    /// Another organization's connection.
    External,
}

impl Kind {
    /// Its word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Saml => "saml",
            Kind::Oidc => "oidc",
            Kind::External => "external",
        }
    }
}

/// `saml-connection-…`, `oidc-connection-…` or `external-connection-…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct ConnectionId(String);

impl ConnectionId {
    /// A new one.
    pub(crate) fn new(kind: Kind, environment: Environment) -> Self {
        Self(match kind {
            Kind::Saml => SamlConnectionId::new(environment).to_string(),
            Kind::Oidc => OidcConnectionId::new(environment).to_string(),
            Kind::External => ExternalConnectionId::new(environment).to_string(),
        })
    }

    /// Reads one; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let saml = SamlConnectionId::parse(text).map(|id| id.to_string());
        let oidc = || OidcConnectionId::parse(text).map(|id| id.to_string());
        let external = || ExternalConnectionId::parse(text).map(|id| id.to_string());
        saml.or_else(oidc).or_else(external).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&ConnectionId> for database::Value {
    fn from(id: &ConnectionId) -> Self {
        id.0.as_str().into()
    }
}

impl database::FromValue for ConnectionId {
    fn from_value(value: database::Value) -> Option<Self> {
        String::from_value(value).map(Self)
    }
}
