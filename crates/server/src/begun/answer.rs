//! What a provider has a browser bring back (RFC 6749, section 4.1.2).

use oidc::callback::Callback;
use schemars::JsonSchema;
use serde::Deserialize;

/// A provider's answer to a login.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ProviderAnswer {
    /// What we have sent along, coming back.
    pub(crate) state: Option<String>,
    /// The authorization code that the provider gives.
    pub(crate) code: Option<String>,
    /// Who answers (RFC 9207).
    pub(crate) iss: Option<String>,
    /// Why the provider has not logged anyone in.
    pub(crate) error: Option<String>,
    /// The same, in words of the provider.
    pub(crate) error_description: Option<String>,
}

impl ProviderAnswer {
    /// The same, as it is read. What is empty is not there.
    pub(crate) fn callback(&self) -> Callback {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Callback {
            state: said(&self.state),
            code: said(&self.code),
            issuer: said(&self.iss),
            error: said(&self.error),
            error_description: said(&self.error_description),
        }
    }
}
