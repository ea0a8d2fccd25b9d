//! The protocols that are spoken with identity providers.

use crate::factors::SsoMethod;
use serde::{Deserialize, Serialize};

/// What was spoken with the identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protocol {
    Saml,
    Oidc,
}

impl Protocol {
    /// Its word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Protocol::Saml => "saml",
            Protocol::Oidc => "oidc",
        }
    }

    /// What a factor of it is.
    pub(crate) fn method(self) -> SsoMethod {
        match self {
            Protocol::Saml => SsoMethod::Saml,
            Protocol::Oidc => SsoMethod::Oidc,
        }
    }
}
