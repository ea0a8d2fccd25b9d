//! What a project has set of a provider.

use super::Provider;
use foundation::error::{ApiError, Result};
use oidc::{endpoint, issuer, scope};
use serde::{Deserialize, Serialize};

/// Characters of an id or a secret that a provider has given out.
const LONGEST: usize = 1000;

/// What is set of a provider. Where an address is not said, it is the provider's usual one, or of its published configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Who we are to the provider.
    pub client_id: String,
    /// Who says who somebody is: for OpenID Connect, where the configuration is published, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// Where the provider's API begins, for those that tell by it who somebody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
    /// Asked for besides those that logging in takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// For a provider of the project's own: its word that it has verified an address is a proof of it.
    pub verifies_email: bool,
}

impl Settings {
    /// Its addresses, by their names.
    fn urls(&self) -> [(&'static str, &Option<String>); 5] {
        [
            ("authorization", &self.authorization_url),
            ("token", &self.token_url),
            ("userinfo", &self.userinfo_url),
            ("jwks", &self.jwks_url),
            ("api", &self.api_url),
        ]
    }

    /// Whether a provider can be used that is set so.
    ///
    /// # Errors
    /// `invalid_argument`, in words.
    pub(super) fn check(&self, provider: &Provider, secret: &str) -> Result<()> {
        let bad = |message: String| Err(ApiError::InvalidArgument.because(message));
        let fits = |text: &str| (1..=LONGEST).contains(&text.len()) && !text.contains(char::is_control);
        if !fits(&self.client_id) {
            return bad(format!("A provider needs a client id, of {LONGEST} characters at most."));
        }
        if !fits(secret) {
            return bad(format!("A provider needs a client secret, of {LONGEST} characters at most, on one line."));
        }
        if let Some(Err(why)) = self.issuer.as_deref().map(issuer::document_url) {
            return bad(format!("This is no issuer: {why}."));
        }
        for (name, url) in self.urls() {
            if let Some(Err(why)) = url.as_deref().map(endpoint::check) {
                return bad(format!("This is no {name} address: {why}."));
            }
        }
        if scope::of_login("", &self.scopes.join(" ")).is_err() {
            return bad(scope::BadScope.to_string());
        }
        match provider {
            Provider::Oidc(_) if self.issuer.is_none() => {
                bad(format!("{provider} is none of the providers that are known, so it needs an issuer."))
            }
            Provider::Oidc(_) => Ok(()),
            _ if self.verifies_email => {
                bad(format!("When {provider} has verified an address follows from what it says of it."))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_set_wholly_or_not_at_all() {
        let good = || Settings { client_id: "c".into(), ..Settings::default() };
        let own = || Provider::Oidc("acme".into());
        let issuer = || Some("https://id.acme.example".to_owned());
        let cases = [
            (Provider::Google, good(), "s", true),
            (Provider::Google, good(), "", false),
            (Provider::Google, good(), "a\nb", false),
            (Provider::Google, Settings::default(), "s", false),
            (Provider::Google, Settings { verifies_email: true, ..good() }, "s", false),
            (Provider::Google, Settings { issuer: Some("http://id.example".into()), ..good() }, "s", false),
            (Provider::Google, Settings { token_url: Some("javascript:1".into()), ..good() }, "s", false),
            (Provider::Google, Settings { scopes: vec!["a\"b".into()], ..good() }, "s", false),
            (Provider::Github, Settings { api_url: Some("https://git.example/api/v3".into()), ..good() }, "s", true),
            (own(), good(), "s", false),
            (own(), Settings { issuer: issuer(), verifies_email: true, ..good() }, "s", true),
        ];
        for (provider, settings, secret, is_good) in cases {
            assert_eq!(settings.check(&provider, secret).is_ok(), is_good, "{provider} {settings:?}");
        }
    }
}
