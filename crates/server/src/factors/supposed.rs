//! Proofs that nobody has shown. The login decision is asked what would come of them; none is ever kept.

use super::{Factor, PasskeyFactor, SsoFactor, SsoMethod};
use crate::oauth_providers::Provider;
use crate::organizations::{AuthMethod, MfaMethod};
use database::Timestamp;
use foundation::email_address::EmailAddress;
use foundation::id::{EmailId, Environment, PhoneNumberId, TotpRegistrationId, WebauthnRegistrationId};

impl Factor {
    /// As if somebody with this address had just proven a first factor by this method: by SSO by this connection, and by OAuth with
    /// the account of this registration, which is empty for one that is nobody's yet. A provider whose word can be a proof of the
    /// address is taken to give it.
    pub(crate) fn supposed(method: AuthMethod, email: &EmailAddress, by: &str, now: Timestamp) -> Self {
        let (email_id, address) = (EmailId::new(Environment::Test), email.clone());
        let proven = Some(email).filter(|_| AuthMethod::EMAIL_VERIFYING.contains(&method));
        match (method, method.provider("")) {
            (AuthMethod::MagicLink, _) => Self::magic_link(email_id, address, now),
            (AuthMethod::EmailOtp, _) => Self::email_otp(email_id, address, now),
            (AuthMethod::Sso, _) => {
                let (id, external_id) = (String::new(), String::new());
                Self::sso(SsoMethod::Saml, SsoFactor { id, provider_id: by.to_owned(), external_id }, now)
            }
            (_, Some(provider)) => Self::oauth(&provider, by, "", proven, now),
            (_, None) => Self::password(now),
        }
    }

    /// The same of a second factor.
    pub(crate) fn supposed_second(method: MfaMethod, now: Timestamp) -> Self {
        match method {
            MfaMethod::SmsOtp => Self::sms(PhoneNumberId::new(Environment::Test), String::new(), now),
            MfaMethod::Totp => Self::totp(TotpRegistrationId::new(Environment::Test), now),
        }
    }

    /// The same of a passkey, with which the authenticator has verified who is there.
    pub(crate) fn supposed_passkey(now: Timestamp) -> Self {
        let webauthn_registration_id = WebauthnRegistrationId::new(Environment::Test);
        Self::passkey(PasskeyFactor { webauthn_registration_id, domain: String::new(), user_verified: true }, now)
    }
}

impl AuthMethod {
    /// The OAuth provider that it goes by, if it does; one of the project's own has this name.
    pub(crate) fn provider(self, own: &str) -> Option<Provider> {
        match self {
            AuthMethod::GoogleOauth => Some(Provider::Google),
            AuthMethod::MicrosoftOauth => Some(Provider::Microsoft),
            AuthMethod::SlackOauth => Some(Provider::Slack),
            AuthMethod::GithubOauth => Some(Provider::Github),
            AuthMethod::HubspotOauth => Some(Provider::Hubspot),
            AuthMethod::OidcOauth => Some(Provider::Oidc(own.to_owned())),
            AuthMethod::Sso | AuthMethod::MagicLink | AuthMethod::EmailOtp | AuthMethod::Password => None,
        }
    }
}
