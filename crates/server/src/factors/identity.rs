//! Of what a factor is a proof: which address, number, connection, account.

use foundation::email_address::EmailAddress;
use foundation::id::EmailId;
use foundation::stored::Unknown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was proven. Each kind is a field of its own in the protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Identity {
    #[serde(rename = "email_factor")]
    Email(EmailFactor),
    #[serde(rename = "phone_number_factor")]
    PhoneNumber(PhoneNumberFactor),
    #[serde(rename = "authenticator_app_factor")]
    AuthenticatorApp(AuthenticatorAppFactor),
    #[serde(rename = "recovery_code_factor")]
    RecoveryCode(RecoveryCodeFactor),
    #[serde(rename = "google_oauth_factor")]
    Google(OauthFactor),
    #[serde(rename = "microsoft_oauth_factor")]
    Microsoft(OauthFactor),
    #[serde(rename = "slack_oauth_factor")]
    Slack(OauthFactor),
    #[serde(rename = "github_oauth_factor")]
    Github(OauthFactor),
    #[serde(rename = "hubspot_oauth_factor")]
    Hubspot(OauthFactor),
    #[serde(rename = "saml_sso_factor")]
    Saml(SsoFactor),
    #[serde(rename = "oidc_sso_factor")]
    Oidc(SsoFactor),
}

/// An address at which the person reads mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EmailFactor {
    pub email_id: EmailId,
    pub email_address: EmailAddress,
}

/// A number at which the person reads text messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PhoneNumberFactor {
    pub phone_id: String,
    /// E.164.
    pub phone_number: String,
}

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AuthenticatorAppFactor {
    pub totp_id: String,
}

/// A recovery code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RecoveryCodeFactor {
    pub totp_recovery_code_id: String,
}

/// An account at an OAuth provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OauthFactor {
    pub id: String,
    /// The provider's name for the person.
    pub provider_subject: String,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// An account at an identity provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SsoFactor {
    pub id: String,
    /// The connection.
    pub provider_id: String,
    /// The identity provider's name for the person.
    pub external_id: String,
}

impl Identity {
    /// What tells it from others of its kind.
    pub(super) fn key(&self) -> (&str, &str) {
        match self {
            Identity::Email(email) => (email.email_address.as_str(), ""),
            Identity::PhoneNumber(phone) => (&phone.phone_number, ""),
            Identity::AuthenticatorApp(app) => (&app.totp_id, ""),
            // Each is used once; together they are one thing that the person has.
            Identity::RecoveryCode(_) => ("", ""),
            Identity::Google(account)
            | Identity::Microsoft(account)
            | Identity::Slack(account)
            | Identity::Github(account)
            | Identity::Hubspot(account) => (&account.provider_subject, ""),
            Identity::Saml(account) | Identity::Oidc(account) => (&account.provider_id, &account.external_id),
        }
    }
}
