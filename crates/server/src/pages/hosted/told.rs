//! What was wrong, in words for the person.

use axum::http::StatusCode;
use foundation::error::{ApiError, Error, Result};
use serde::Serialize;

/// What is said of an error.
#[derive(Clone, Serialize)]
pub(super) struct Told {
    /// The phrase.
    pub(super) phrase: &'static str,
    /// Minutes to wait.
    minutes: i64,
    /// What is said to developers, where the phrase leaves it open.
    message: String,
    #[serde(skip)]
    pub(super) status: StatusCode,
}

impl Told {
    /// A phrase for what was typed.
    pub(super) fn of(phrase: &'static str) -> Self {
        Self { phrase, minutes: 0, message: String::new(), status: StatusCode::BAD_REQUEST }
    }
}

/// What is said of an error.
///
/// # Errors
/// Faults of ours, as they are.
pub(super) fn told(error: Error) -> Result<Told> {
    let Some(api) = error.api() else { return Err(error) };
    let minutes = match &error {
        Error::TooMany(_, seconds) | Error::Locked(seconds) => (seconds + 59) / 60,
        _ => 0,
    };
    let message = match error {
        Error::Api(_, Some(message)) | Error::Kept(_, Some(message)) => message.into_owned(),
        _ => api.message().to_owned(),
    };
    Ok(Told { phrase: phrase(api), minutes: minutes.max(1), message, status: api.status() })
}

/// Whether the login has to begin anew: what was proven counts no more.
pub(super) fn begins_anew(error: &Error) -> bool {
    use ApiError as E;
    matches!(
        error.api(),
        Some(
            E::IntermediateSessionNotFound
                | E::MissingIntermediateSession
                | E::IntermediateSessionWrongOrganization
                | E::SessionNotFound
                | E::UserUnauthenticated
                | E::NoSessionArguments
                | E::PrimaryAuthenticationFirst
        )
    )
}

fn phrase(error: ApiError) -> &'static str {
    use ApiError as E;
    match error {
        E::InvalidEmail => "login.error_email",
        E::WrongPassword | E::MemberPasswordNotFound => "login.error_password",
        E::MemberResetPassword => "login.error_reset",
        E::WeakPassword => "login.error_weak",
        E::BreachedPassword => "login.error_breached",
        E::InvalidCode
        | E::OtpCodeNotFound
        | E::UnableToAuthOtpCode
        | E::InvalidTotpCode
        | E::UnableToAuthenticateTotp
        | E::TotpCodeAlreadyAuthenticated
        | E::ExpiredTotp => "login.error_code",
        E::UnableToAuthenticateRecoveryCode | E::RecoveryCodeUsedAsTotpCode => "login.error_recovery",
        E::MagicLinkNotFound
        | E::UnableToAuthMagicLink
        | E::UnableToAuthPasswordResetToken
        | E::SsoTokenNotFound
        | E::OauthTokenNotFound => "login.error_link",
        E::UnableToAuthenticateWebauthn | E::WebauthnRegistrationNotFound => "login.error_passkey",
        E::WebauthnChallengeNotFound => "login.error_passkey_late",
        E::DuplicateWebauthnRegistration => "login.error_passkey_there",
        E::TooManyWebauthnRegistrations => "login.error_passkeys",
        E::InvalidWebauthnRegistrationName => "login.error_passkey_name",
        E::EmailJitNotAllowed | E::InvalidEmailForJit | E::InvalidOauthTenantForJit => "login.error_no_member",
        E::PkceExpectedCodeVerifier | E::PkceMismatch | E::InvalidPkceCodeVerifier => "login.error_other_browser",
        E::InvalidPhoneNumber => "login.error_phone",
        E::DuplicateMemberPhoneNumber | E::DuplicateMemberPhoneNumberForMember => "login.error_phone_taken",
        E::TooManyRequests => "login.error_wait",
        E::UserLockLimitReached => "login.error_locked",
        E::OrganizationNotFound => "login.error_organization",
        E::InvalidOrganizationName => "login.error_name",
        E::RestrictedAuthMethod | E::RestrictedMfaMethod | E::RestrictedPasskeys | E::OauthConfigNotFound => {
            "login.error_method"
        }
        E::LastWayIn => "login.error_last_way",
        E::StaleFactors | E::SessionTooOldToResetPassword | E::InsufficientFactors => "login.error_prove_again",
        E::IntermediateSessionNotFound
        | E::MissingIntermediateSession
        | E::IntermediateSessionWrongOrganization
        | E::SessionNotFound
        | E::UserUnauthenticated
        | E::NoSessionArguments
        | E::PrimaryAuthenticationFirst => "login.error_expired",
        _ => "login.error_other",
    }
}
