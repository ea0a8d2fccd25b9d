//! Factors: what a person has proven, as sessions carry it and as the protocol spells it.

use crate::email_address::EmailAddress;
use crate::id::EmailId;
use crate::organizations::AuthMethod;
use crate::time;
use database::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Factor {
    #[serde(rename = "type")]
    pub kind: FactorType,
    pub delivery_method: DeliveryMethod,
    /// RFC 3339.
    #[serde(with = "time")]
    #[schemars(with = "String")]
    pub last_authenticated_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "time")]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "time")]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
    pub sequence_order: SequenceOrder,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_factor: Option<EmailFactor>,
}

/// The kind of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactorType {
    MagicLink,
    EmailOtp,
    Otp,
    Totp,
    RecoveryCodes,
    Password,
    Oauth,
    Sso,
}

/// How the proof came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryMethod {
    Email,
    Sms,
    AuthenticatorApp,
    RecoveryCode,
    Knowledge,
    OauthGoogle,
    OauthMicrosoft,
    OauthSlack,
    OauthGithub,
    OauthHubspot,
    SsoSaml,
    SsoOidc,
}

/// Whether it is a first or a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SequenceOrder {
    Primary,
    Secondary,
}

/// The address that an email factor proves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EmailFactor {
    pub email_id: EmailId,
    pub email_address: EmailAddress,
}

impl Factor {
    /// The person opened a link mailed to the address.
    pub(crate) fn magic_link(email_id: EmailId, email_address: EmailAddress, now: Timestamp) -> Self {
        Self {
            kind: FactorType::MagicLink,
            delivery_method: DeliveryMethod::Email,
            last_authenticated_at: now,
            created_at: now,
            updated_at: now,
            sequence_order: SequenceOrder::Primary,
            email_factor: Some(EmailFactor { email_id, email_address }),
        }
    }

    /// The primary method it is a proof of; `None` for second factors.
    pub(crate) fn primary_method(&self) -> Option<AuthMethod> {
        match (self.kind, self.delivery_method) {
            (FactorType::MagicLink, _) => Some(AuthMethod::MagicLink),
            (FactorType::EmailOtp, _) => Some(AuthMethod::EmailOtp),
            (FactorType::Password, _) => Some(AuthMethod::Password),
            (FactorType::Sso, _) => Some(AuthMethod::Sso),
            (FactorType::Oauth, DeliveryMethod::OauthGoogle) => Some(AuthMethod::GoogleOauth),
            (FactorType::Oauth, DeliveryMethod::OauthMicrosoft) => Some(AuthMethod::MicrosoftOauth),
            (FactorType::Oauth, DeliveryMethod::OauthSlack) => Some(AuthMethod::SlackOauth),
            (FactorType::Oauth, DeliveryMethod::OauthGithub) => Some(AuthMethod::GithubOauth),
            (FactorType::Oauth, DeliveryMethod::OauthHubspot) => Some(AuthMethod::HubspotOauth),
            _ => None,
        }
    }

    /// Whether it is a second factor.
    pub(crate) fn is_secondary(&self) -> bool {
        matches!(self.kind, FactorType::Otp | FactorType::Totp | FactorType::RecoveryCodes)
    }

    /// Whether it proves that the person reads mail at this address.
    pub(crate) fn proves(&self, email: &EmailAddress) -> bool {
        self.email_factor.as_ref().is_some_and(|factor| factor.email_address == *email)
    }

    /// Whether it counts in another organization too: only what proves the address itself does. Passwords, SSO and
    /// second factors belong to the organization they were proven in (threat T-04).
    pub(crate) fn is_transferable(&self) -> bool {
        matches!(self.kind, FactorType::MagicLink | FactorType::EmailOtp)
            || matches!(self.delivery_method, DeliveryMethod::OauthGoogle | DeliveryMethod::OauthMicrosoft)
    }

    /// Whether both are proofs of the same thing, so that the newer replaces the older.
    fn is_same_as(&self, other: &Factor) -> bool {
        let address = |factor: &Factor| factor.email_factor.as_ref().map(|f| f.email_address.clone());
        self.kind == other.kind && self.delivery_method == other.delivery_method && address(self) == address(other)
    }
}

/// Adds new proofs to older ones. What is proven again keeps the time it was first proven.
pub(crate) fn merge(older: Vec<Factor>, newer: Vec<Factor>) -> Vec<Factor> {
    let mut merged = older;
    for mut factor in newer {
        match merged.iter_mut().find(|known| known.is_same_as(&factor)) {
            Some(known) => {
                factor.created_at = known.created_at;
                *known = factor;
            }
            None => merged.push(factor),
        }
    }
    merged
}
