//! Of what a factor is a proof: which address, number, connection, account.

use foundation::email_address::EmailAddress;
use foundation::id::{EmailId, OperatorId, WebauthnRegistrationId};
use foundation::stored::Unknown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was proven. Each kind is a field of its own in the protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Identity {
    /// The address, for what is mailed.
    #[serde(rename = "email_factor")]
    Email(EmailFactor),
    /// The phone number, for text messages.
    #[serde(rename = "phone_number_factor")]
    PhoneNumber(PhoneNumberFactor),
    /// The authenticator app.
    #[serde(rename = "authenticator_app_factor")]
    AuthenticatorApp(AuthenticatorAppFactor),
    /// The passkey.
    #[serde(rename = "webauthn_factor")]
    Passkey(PasskeyFactor),
    /// The recovery code.
    #[serde(rename = "recovery_code_factor")]
    RecoveryCode(RecoveryCodeFactor),
    /// The Google account.
    #[serde(rename = "google_oauth_factor")]
    Google(OauthFactor),
    /// The Microsoft account.
    #[serde(rename = "microsoft_oauth_factor")]
    Microsoft(OauthFactor),
    /// The Slack account.
    #[serde(rename = "slack_oauth_factor")]
    Slack(OauthFactor),
    /// The GitHub account.
    #[serde(rename = "github_oauth_factor")]
    Github(OauthFactor),
    /// The HubSpot account.
    #[serde(rename = "hubspot_oauth_factor")]
    Hubspot(OauthFactor),
    /// The account at an OpenID Connect provider that the project has set up itself.
    #[serde(rename = "oidc_oauth_factor")]
    OidcOauth(OidcOauthFactor),
    /// The account at an identity provider that speaks SAML.
    #[serde(rename = "saml_sso_factor")]
    Saml(SsoFactor),
    /// The account at an OpenID Connect provider.
    #[serde(rename = "oidc_sso_factor")]
    Oidc(SsoFactor),
    /// The operator who acts in the member's place.
    #[serde(rename = "impersonated_factor")]
    Impersonated(ImpersonatedFactor),
}

/// An address at which the person reads mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EmailFactor {
    /// The id of the member's address.
    pub email_id: EmailId,
    /// The address that was proven; lower case.
    pub email_address: EmailAddress,
}

/// A number at which the person reads text messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PhoneNumberFactor {
    /// The id of the member's phone number.
    pub phone_id: String,
    /// The number that was proven (E.164).
    pub phone_number: String,
}

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AuthenticatorAppFactor {
    /// The id of the authenticator app.
    pub totp_id: String,
}

/// A passkey, or a security key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PasskeyFactor {
    /// The id of the passkey.
    pub webauthn_registration_id: WebauthnRegistrationId,
    /// The domain that it was made for.
    pub domain: String,
    /// Whether the authenticator has verified who was there, as by a PIN or a fingerprint, so that it stands for two factors.
    pub user_verified: bool,
}

/// A recovery code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RecoveryCodeFactor {
    /// The id of the recovery code that was used.
    pub totp_recovery_code_id: String,
}

/// An account at an OAuth provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OauthFactor {
    /// The id of the registration that was proven.
    pub id: String,
    /// The provider's name for the person.
    pub provider_subject: String,
    /// The address that the provider has shown to be the person's; absent where its word about it is no proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<EmailAddress>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// An account at an OpenID Connect provider that the project has set up itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OidcOauthFactor {
    /// The name of the provider.
    pub provider_name: String,
    #[serde(flatten)]
    pub account: OauthFactor,
}

/// An account at an identity provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SsoFactor {
    /// The id of the member's registration with the connection.
    pub id: String,
    /// The id of the connection.
    pub provider_id: String,
    /// The identity provider's name for the person.
    pub external_id: String,
}

/// An operator who acts in a member's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ImpersonatedFactor {
    /// The id of the operator's account.
    pub impersonator_id: OperatorId,
    /// The operator's address.
    pub impersonator_email_address: EmailAddress,
}

impl Identity {
    /// The account at an OAuth provider, if it is one.
    pub(super) fn oauth(&self) -> Option<&OauthFactor> {
        match self {
            Identity::Google(account)
            | Identity::Microsoft(account)
            | Identity::Slack(account)
            | Identity::Github(account)
            | Identity::Hubspot(account)
            | Identity::OidcOauth(OidcOauthFactor { account, .. }) => Some(account),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn oauth_mut(&mut self) -> Option<&mut OauthFactor> {
        match self {
            Identity::Google(account)
            | Identity::Microsoft(account)
            | Identity::Slack(account)
            | Identity::Github(account)
            | Identity::Hubspot(account)
            | Identity::OidcOauth(OidcOauthFactor { account, .. }) => Some(account),
            _ => None,
        }
    }

    /// What tells it from others of its kind.
    pub(super) fn key(&self) -> (&str, &str) {
        match self {
            Identity::Email(email) => (email.email_address.as_str(), ""),
            Identity::PhoneNumber(phone) => (&phone.phone_number, ""),
            Identity::AuthenticatorApp(app) => (&app.totp_id, ""),
            // That somebody was there says less than who it was, and does not replace it.
            Identity::Passkey(passkey) => {
                (passkey.webauthn_registration_id.as_str(), if passkey.user_verified { "verified" } else { "" })
            }
            // Each is used once; together they are one thing that the person has.
            Identity::RecoveryCode(_) => ("", ""),
            Identity::Google(account)
            | Identity::Microsoft(account)
            | Identity::Slack(account)
            | Identity::Github(account)
            | Identity::Hubspot(account) => (&account.provider_subject, ""),
            Identity::OidcOauth(OidcOauthFactor { provider_name, account }) => {
                (provider_name, &account.provider_subject)
            }
            Identity::Saml(account) | Identity::Oidc(account) => (&account.provider_id, &account.external_id),
            Identity::Impersonated(by) => (by.impersonator_id.as_str(), ""),
        }
    }
}
