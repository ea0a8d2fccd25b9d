//! The providers there are.

use std::fmt;

/// Characters that the name of a provider of one's own may have.
const LONGEST: usize = 32;

/// A provider, by the name that stands in addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Provider {
    Google,
    Microsoft,
    Slack,
    Github,
    Hubspot,
    /// Any OpenID Connect provider, under a name of the project's own.
    Oidc(String),
}

impl Provider {
    /// Those that have a protocol or rules of their own.
    pub const KNOWN: [Provider; 5] =
        [Provider::Google, Provider::Microsoft, Provider::Slack, Provider::Github, Provider::Hubspot];

    /// Its name in addresses, on the command line and in the database.
    pub fn name(&self) -> &str {
        match self {
            Provider::Google => "google",
            Provider::Microsoft => "microsoft",
            Provider::Slack => "slack",
            Provider::Github => "github",
            Provider::Hubspot => "hubspot",
            Provider::Oidc(name) => name,
        }
    }

    /// What the API calls it.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Provider::Google => "Google",
            Provider::Microsoft => "Microsoft",
            Provider::Slack => "Slack",
            Provider::Github => "GitHub",
            Provider::Hubspot => "HubSpot",
            Provider::Oidc(name) => name,
        }
    }

    /// The provider of a name: 1 to 32 lower-case letters, digits and hyphens.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(known) = Self::KNOWN.into_iter().find(|known| known.name() == name) {
            return Some(known);
        }
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let fits = is_name && (1..=LONGEST).contains(&name.len()) && !name.starts_with('-') && !name.ends_with('-');
        fits.then(|| Self::Oidc(name.to_owned()))
    }

    /// Whether a person can have several accounts there that are one member's: one in each workspace, or hub.
    pub(crate) fn has_several_accounts(&self) -> bool {
        matches!(self, Provider::Slack | Provider::Github | Provider::Hubspot)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn a_name_is_one_providers() {
        for known in Provider::KNOWN {
            assert_eq!(Provider::parse(known.name()), Some(known));
        }
        for own in ["acme", "a", "acme-login-2", &"a".repeat(32)] {
            assert_eq!(Provider::parse(own), Some(Provider::Oidc(own.to_owned())));
        }
        for bad in ["", "Google", "a_b", "-a", "a-", "a/b", "é", &"a".repeat(33)] {
            assert_eq!(Provider::parse(bad), None, "{bad}");
        }
    }
}
