//! Proofs that nobody has shown. The login decision is asked what would come of them; none is ever kept.

use super::identity::OauthFactor;
use super::{DeliveryMethod, Factor, FactorType, Identity, SequenceOrder, SsoFactor, SsoMethod};
use crate::organizations::{AuthMethod, MfaMethod};
use database::Timestamp;
use foundation::email_address::EmailAddress;
use foundation::id::{EmailId, Environment, PhoneNumberId, TotpRegistrationId};
use foundation::stored::Unknown;

impl Factor {
    /// As if somebody with this address had just proven a first factor by this method; by SSO, by this connection.
    pub(crate) fn supposed(method: AuthMethod, email: &EmailAddress, connection_id: &str, now: Timestamp) -> Self {
        let (email_id, address) = (EmailId::new(Environment::Test), email.clone());
        match method {
            AuthMethod::MagicLink => Self::magic_link(email_id, address, now),
            AuthMethod::EmailOtp => Self::email_otp(email_id, address, now),
            AuthMethod::Password => Self::password(now),
            AuthMethod::Sso => {
                let (id, external_id) = (String::new(), String::new());
                Self::sso(SsoMethod::Saml, SsoFactor { id, provider_id: connection_id.to_owned(), external_id }, now)
            }
            AuthMethod::GoogleOauth => Self::by_oauth(DeliveryMethod::OauthGoogle, Identity::Google, now),
            AuthMethod::MicrosoftOauth => Self::by_oauth(DeliveryMethod::OauthMicrosoft, Identity::Microsoft, now),
            AuthMethod::SlackOauth => Self::by_oauth(DeliveryMethod::OauthSlack, Identity::Slack, now),
            AuthMethod::GithubOauth => Self::by_oauth(DeliveryMethod::OauthGithub, Identity::Github, now),
            AuthMethod::HubspotOauth => Self::by_oauth(DeliveryMethod::OauthHubspot, Identity::Hubspot, now),
        }
    }

    /// The same of a second factor.
    pub(crate) fn supposed_second(method: MfaMethod, now: Timestamp) -> Self {
        match method {
            MfaMethod::SmsOtp => Self::sms(PhoneNumberId::new(Environment::Test), String::new(), now),
            MfaMethod::Totp => Self::totp(TotpRegistrationId::new(Environment::Test), now),
        }
    }

    fn by_oauth(delivery_method: DeliveryMethod, identity: fn(OauthFactor) -> Identity, now: Timestamp) -> Self {
        let account = OauthFactor { id: String::new(), provider_subject: String::new(), unknown: Unknown::new() };
        Self::proven(FactorType::Oauth, delivery_method, SequenceOrder::Primary, identity(account), now)
    }
}
