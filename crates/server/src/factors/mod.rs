//! Factors: what a person has proven, as sessions carry it and as the protocol spells it.

mod identity;
mod proven;
mod supposed;

pub(crate) use identity::{EmailFactor, Identity, ImpersonatedFactor, PasskeyFactor, SsoFactor};
pub(crate) use proven::{KnownAddress, ProvenAddress};

use crate::oauth_providers::Provider;
use crate::organizations::{AuthMethod, MfaMethod};
use database::Timestamp;
use foundation::email_address::EmailAddress;
use foundation::id::{EmailId, PhoneNumberId, RecoveryCodeId, TotpRegistrationId};
use foundation::stored::Unknown;
use foundation::time;
use identity::{AuthenticatorAppFactor, OauthFactor, OidcOauthFactor, PhoneNumberFactor, RecoveryCodeFactor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One proof. Sessions keep it as JSON, which newer programs write too: what this one does not know of it stays, and
/// proves nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Factor {
    /// What was proven.
    #[serde(rename = "type")]
    pub kind: FactorType,
    /// How the proof came.
    pub delivery_method: DeliveryMethod,
    /// When it was last proven (RFC 3339).
    #[serde(with = "time")]
    #[schemars(with = "String")]
    pub last_authenticated_at: Timestamp,
    /// When it was first proven (RFC 3339).
    #[serde(with = "time")]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it last changed (RFC 3339).
    #[serde(with = "time")]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
    /// Whether it was a first or a second factor.
    pub sequence_order: SequenceOrder,
    /// Absent where there is only one thing to prove, such as the member's password.
    #[serde(flatten)]
    pub identity: Option<Identity>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// The kind of proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactorType {
    /// A link in a mail.
    MagicLink,
    /// A code in a mail.
    EmailOtp,
    /// A code by text message.
    Otp,
    /// A code of an authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCodes,
    /// A password.
    Password,
    /// An account at an OAuth provider.
    Oauth,
    /// An account at an identity provider.
    Sso,
    /// A passkey.
    Webauthn,
    /// Nothing: an operator acts in the member's place.
    Impersonated,
    /// What newer versions know.
    #[serde(untagged)]
    Other(String),
}

/// How the proof came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryMethod {
    /// By mail.
    Email,
    /// By text message.
    Sms,
    /// From an authenticator app.
    AuthenticatorApp,
    /// From the list of recovery codes.
    RecoveryCode,
    /// From the person's memory: a password.
    Knowledge,
    /// From Google.
    OauthGoogle,
    /// From Microsoft.
    OauthMicrosoft,
    /// From Slack.
    OauthSlack,
    /// From GitHub.
    OauthGithub,
    /// From HubSpot.
    OauthHubspot,
    /// From an identity provider, by SAML.
    SsoSaml,
    /// From an OpenID Connect provider: an organization's own, or for `oauth` one that the project has set up itself. SDKs know no
    /// other word for that.
    SsoOidc,
    /// From a passkey that was registered.
    WebauthnRegistration,
    /// From the dashboard, where an operator said why.
    Impersonation,
    /// What newer versions know.
    #[serde(untagged)]
    Other(String),
}

/// How an account at an identity provider was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SsoMethod {
    Saml,
    Oidc,
}

/// Whether it is a first or a second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SequenceOrder {
    /// A first factor.
    Primary,
    /// A second factor.
    Secondary,
    /// What newer versions know.
    #[serde(untagged)]
    Other(String),
}

impl Factor {
    /// The person opened a link mailed to the address.
    pub(crate) fn magic_link(email_id: EmailId, email_address: EmailAddress, now: Timestamp) -> Self {
        let identity = Identity::Email(EmailFactor { email_id, email_address });
        Self::proven(FactorType::MagicLink, DeliveryMethod::Email, SequenceOrder::Primary, identity, now)
    }

    /// The person entered a code mailed to the address.
    pub(crate) fn email_otp(email_id: EmailId, email_address: EmailAddress, now: Timestamp) -> Self {
        let identity = Identity::Email(EmailFactor { email_id, email_address });
        Self::proven(FactorType::EmailOtp, DeliveryMethod::Email, SequenceOrder::Primary, identity, now)
    }

    /// The person has an authenticator app with the secret of this registration.
    pub(crate) fn totp(registration: TotpRegistrationId, now: Timestamp) -> Self {
        let identity = Identity::AuthenticatorApp(AuthenticatorAppFactor { totp_id: registration.to_string() });
        Self::proven(FactorType::Totp, DeliveryMethod::AuthenticatorApp, SequenceOrder::Secondary, identity, now)
    }

    /// The person reads text messages to this number.
    pub(crate) fn sms(phone_id: PhoneNumberId, phone_number: String, now: Timestamp) -> Self {
        let identity = Identity::PhoneNumber(PhoneNumberFactor { phone_id: phone_id.to_string(), phone_number });
        Self::proven(FactorType::Otp, DeliveryMethod::Sms, SequenceOrder::Secondary, identity, now)
    }

    /// Whether it proves that the person reads text messages to this number.
    pub(crate) fn proves_phone(&self, number: &str) -> bool {
        match (&self.kind, &self.identity) {
            (FactorType::Otp, Some(Identity::PhoneNumber(phone))) => phone.phone_number == number,
            _ => false,
        }
    }

    /// The person knew a recovery code.
    pub(crate) fn recovery_code(id: RecoveryCodeId, now: Timestamp) -> Self {
        let identity = Identity::RecoveryCode(RecoveryCodeFactor { totp_recovery_code_id: id.to_string() });
        Self::proven(FactorType::RecoveryCodes, DeliveryMethod::RecoveryCode, SequenceOrder::Secondary, identity, now)
    }

    /// The person has an account at the identity provider of a connection. It is a proof of that account, and so of use in
    /// the organization of the connection only.
    pub(crate) fn sso(method: SsoMethod, account: SsoFactor, now: Timestamp) -> Self {
        let (delivery_method, identity) = match method {
            SsoMethod::Saml => (DeliveryMethod::SsoSaml, Identity::Saml(account)),
            SsoMethod::Oidc => (DeliveryMethod::SsoOidc, Identity::Oidc(account)),
        };
        Self::proven(FactorType::Sso, delivery_method, SequenceOrder::Primary, identity, now)
    }

    /// The person has an account at an OAuth provider. The id is that of the registration that makes it a member's; the address is
    /// there where the provider's word is a proof of it.
    pub(crate) fn oauth(
        provider: &Provider,
        id: &str,
        subject: &str,
        email: Option<&EmailAddress>,
        now: Timestamp,
    ) -> Self {
        let account = OauthFactor {
            id: id.to_owned(),
            provider_subject: subject.to_owned(),
            email_address: email.cloned(),
            unknown: Unknown::new(),
        };
        let (delivery_method, identity) = match provider {
            Provider::Google => (DeliveryMethod::OauthGoogle, Identity::Google(account)),
            Provider::Microsoft => (DeliveryMethod::OauthMicrosoft, Identity::Microsoft(account)),
            Provider::Slack => (DeliveryMethod::OauthSlack, Identity::Slack(account)),
            Provider::Github => (DeliveryMethod::OauthGithub, Identity::Github(account)),
            Provider::Hubspot => (DeliveryMethod::OauthHubspot, Identity::Hubspot(account)),
            Provider::Oidc(name) => {
                let identity = Identity::OidcOauth(OidcOauthFactor { provider_name: name.clone(), account });
                (DeliveryMethod::SsoOidc, identity)
            }
        };
        Self::proven(FactorType::Oauth, delivery_method, SequenceOrder::Primary, identity, now)
    }

    /// The registration that makes its account a member's, if it is one of OAuth.
    pub(crate) fn account(&self) -> Option<&str> {
        let account = self.identity.as_ref().and_then(Identity::oauth)?;
        Some(&account.id)
    }

    /// Gives it the registration that its account has in an organization.
    pub(crate) fn set_account(&mut self, id: &str) {
        if let Some(account) = self.identity.as_mut().and_then(Identity::oauth_mut) {
            id.clone_into(&mut account.id);
        }
    }

    /// The person has used a passkey.
    pub(crate) fn passkey(passkey: PasskeyFactor, now: Timestamp) -> Self {
        // Whoever is verified by the authenticator has shown two things at once, and needs no other factor before it.
        let order = if passkey.user_verified { SequenceOrder::Primary } else { SequenceOrder::Secondary };
        let identity = Identity::Passkey(passkey);
        Self::proven(FactorType::Webauthn, DeliveryMethod::WebauthnRegistration, order, identity, now)
    }

    /// Whether it is a proof by a passkey; if so, whether the authenticator has verified who was there.
    pub(crate) fn is_verified_passkey(&self) -> Option<bool> {
        match (&self.kind, &self.identity) {
            (FactorType::Webauthn, Some(Identity::Passkey(passkey))) => Some(passkey.user_verified),
            _ => None,
        }
    }

    /// An operator acts in the member's place, who has shown nothing of the member's: it is a proof of nothing, and says who it is.
    pub(crate) fn impersonated(by: ImpersonatedFactor, now: Timestamp) -> Self {
        let identity = Identity::Impersonated(by);
        Self::proven(FactorType::Impersonated, DeliveryMethod::Impersonation, SequenceOrder::Primary, identity, now)
    }

    /// The operator who acts in the member's place, if one does.
    pub(crate) fn impersonator(&self) -> Option<&ImpersonatedFactor> {
        match &self.identity {
            Some(Identity::Impersonated(by)) => Some(by),
            _ => None,
        }
    }

    /// Whether it can be a second factor.
    pub(crate) fn is_second(&self) -> bool {
        self.second_method().is_some() || self.is_verified_passkey().is_some()
    }

    /// The connection that it is a proof by, if it is one of SSO.
    pub(crate) fn connection(&self) -> Option<&str> {
        match &self.identity {
            Some(Identity::Saml(account) | Identity::Oidc(account)) => Some(&account.provider_id),
            _ => None,
        }
    }

    fn proven(
        kind: FactorType,
        delivery_method: DeliveryMethod,
        sequence_order: SequenceOrder,
        identity: Identity,
        now: Timestamp,
    ) -> Self {
        Self {
            kind,
            delivery_method,
            last_authenticated_at: now,
            created_at: now,
            updated_at: now,
            sequence_order,
            identity: Some(identity),
            unknown: Unknown::new(),
        }
    }

    /// The person knows the member's password.
    pub(crate) fn password(now: Timestamp) -> Self {
        Self {
            kind: FactorType::Password,
            delivery_method: DeliveryMethod::Knowledge,
            last_authenticated_at: now,
            created_at: now,
            updated_at: now,
            sequence_order: SequenceOrder::Primary,
            identity: None,
            unknown: Unknown::new(),
        }
    }

    /// The person knows the password of an address that is the same in all organizations of the project. Which address,
    /// stands in the proof: one of a member's own password says of no other organization anything.
    pub(crate) fn password_of_address(email_id: EmailId, email_address: EmailAddress, now: Timestamp) -> Self {
        let identity = Some(Identity::Email(EmailFactor { email_id, email_address }));
        Self { identity, ..Self::password(now) }
    }

    /// The primary method it is a proof of; `None` for second factors, and for passkeys, which are no word of the protocol.
    pub(crate) fn primary_method(&self) -> Option<AuthMethod> {
        match (&self.kind, &self.delivery_method) {
            (FactorType::MagicLink, _) => Some(AuthMethod::MagicLink),
            (FactorType::EmailOtp, _) => Some(AuthMethod::EmailOtp),
            (FactorType::Password, _) => Some(AuthMethod::Password),
            (FactorType::Sso, _) => Some(AuthMethod::Sso),
            (FactorType::Oauth, DeliveryMethod::OauthGoogle) => Some(AuthMethod::GoogleOauth),
            (FactorType::Oauth, DeliveryMethod::OauthMicrosoft) => Some(AuthMethod::MicrosoftOauth),
            (FactorType::Oauth, DeliveryMethod::OauthSlack) => Some(AuthMethod::SlackOauth),
            (FactorType::Oauth, DeliveryMethod::OauthGithub) => Some(AuthMethod::GithubOauth),
            (FactorType::Oauth, DeliveryMethod::OauthHubspot) => Some(AuthMethod::HubspotOauth),
            (FactorType::Oauth, DeliveryMethod::SsoOidc) => Some(AuthMethod::OidcOauth),
            _ => None,
        }
    }

    /// The second factor it is a proof of; `None` for primary ones, and for passkeys.
    pub(crate) fn second_method(&self) -> Option<MfaMethod> {
        match self.kind {
            FactorType::Otp => Some(MfaMethod::SmsOtp),
            // A recovery code stands in for the authenticator app it was given out with.
            FactorType::Totp | FactorType::RecoveryCodes => Some(MfaMethod::Totp),
            _ => None,
        }
    }

    /// Whether nobody comes to it by trying: a mailed link, an account elsewhere.
    pub(crate) fn cannot_be_guessed(&self) -> bool {
        matches!(self.kind, FactorType::MagicLink | FactorType::Oauth | FactorType::Sso | FactorType::Webauthn)
    }

    /// Whether it was proven within so many minutes before now.
    pub(crate) fn is_within(&self, minutes: i64, now: Timestamp) -> bool {
        time::after_minutes(self.last_authenticated_at, minutes) > now
    }

    /// Whether it was proven since all of a member's sessions were last ended, if they ever were.
    pub(crate) fn is_since(&self, ended: Option<Timestamp>) -> bool {
        ended.is_none_or(|ended| self.last_authenticated_at > ended)
    }

    /// Whether it was proven so lately that it is carried over from a session to other organizations.
    pub(crate) fn can_be_carried(&self, now: Timestamp) -> bool {
        self.is_within(CARRIED, now)
    }

    /// Whether it counts in another organization too, for the member who has this address there: only what proves the
    /// address itself does, and a password that the address has everywhere. A member's own password, SSO and second factors
    /// belong to the organization they were proven in (threat T-04).
    pub(crate) fn counts_elsewhere(&self, email: &EmailAddress) -> bool {
        self.proves(email) || self.is_password_of(email)
    }

    /// Whether it is a proof of the password that this address has in all organizations of the project. Only who has proven
    /// the address can have set it, but that was then: it does not prove the address now.
    pub(crate) fn is_password_of(&self, email: &EmailAddress) -> bool {
        match (&self.kind, &self.identity) {
            (FactorType::Password, Some(Identity::Email(of))) => of.email_address == *email,
            _ => false,
        }
    }

    /// Whether both are proofs of the same thing, so that the newer replaces the older.
    fn is_same_as(&self, other: &Factor) -> bool {
        let thing = self.identity.as_ref().map(Identity::key);
        self.kind == other.kind
            && self.delivery_method == other.delivery_method
            && thing == other.identity.as_ref().map(Identity::key)
    }
}

/// Minutes for which a proof is carried over from a session to other organizations: a day.
const CARRIED: i64 = 24 * 60;

/// How many factors a session or a login keeps: each stands in every JWT.
const MOST: usize = 20;

/// Adds new proofs to older ones. What is proven again keeps the time it was first proven. Of too many, those that were
/// proven longest ago go.
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
    while merged.len() > MOST {
        let oldest = merged.iter().enumerate().min_by_key(|(_, factor)| factor.last_authenticated_at);
        let Some((oldest, _)) = oldest else { break };
        merged.remove(oldest);
    }
    merged
}

#[cfg(test)]
mod tests;
