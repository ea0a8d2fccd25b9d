//! Logins, counted: by how they were come by, and what came of them.
//!
//! What succeeds is counted after its commit, when the answer is finished; what is refused when the answer is known. So a
//! transaction that is run anew counts once.

use crate::factors::{Factor, FactorType};
use crate::statistics::{self, Mark};
use database::Timestamp;
use foundation::app::App;
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::error::ApiError;
use foundation::id::MemberId;
use foundation::memory::Memory;
use foundation::metrics::{Counter, Family, Text};
use foundation::project::Project;
use std::sync::Arc;

/// What this process has counted.
struct Logins {
    by_outcome: Family<Counter, 2>,
    refused: Family<Counter, 2>,
}

/// The operations that end in a login, or in what leads to organizations, and how one is come by there.
const METHODS: &[(&str, &str)] = &[
    ("magic_links.authenticate", MAGIC_LINK),
    ("magic_links.authenticate_discovery", MAGIC_LINK),
    ("email_codes.authenticate", EMAIL_OTP),
    ("email_codes.authenticate_discovery", EMAIL_OTP),
    ("passwords.authenticate", PASSWORD),
    ("passwords.discovery_authenticate", PASSWORD),
    ("passwords.email_reset", PASSWORD),
    ("passwords.discovery_reset", PASSWORD),
    ("passwords.session_reset", PASSWORD),
    ("passwords.existing_password_reset", PASSWORD),
    ("sso.authenticate", SSO),
    ("oauth.authenticate", OAUTH),
    ("oauth.authenticate_discovery", OAUTH),
    ("otps.sms.authenticate", SMS_OTP),
    ("totp.authenticate", TOTP),
    ("recovery_codes.recover", RECOVERY_CODE),
    ("webauthn.authenticate", PASSKEY),
    ("webauthn.register", PASSKEY),
    ("sessions.exchange", SESSION),
    ("discovery.exchange", DISCOVERY),
    ("discovery.create", DISCOVERY),
    ("impersonation.authenticate", IMPERSONATION),
];

const MAGIC_LINK: &str = "magic_link";
const EMAIL_OTP: &str = "email_otp";
const PASSWORD: &str = "password";
const SSO: &str = "sso";
const OAUTH: &str = "oauth";
const SMS_OTP: &str = "sms_otp";
const TOTP: &str = "totp";
const RECOVERY_CODE: &str = "recovery_code";
const PASSKEY: &str = "passkey";
/// A session that led to another organization.
const SESSION: &str = "session_exchange";
/// Half a login that led to an organization.
const DISCOVERY: &str = "discovery";
/// An operator in the place of a member.
pub(super) const IMPERSONATION: &str = "impersonation";

const AUTHENTICATED: &str = "authenticated";
const PRIMARY_REQUIRED: &str = "primary_required";
const MFA_REQUIRED: &str = "mfa_required";
const REFUSED: &str = "refused";

impl Memory for Logins {
    fn new(_: &Config) -> Self {
        let by_outcome = Family::new(["method", "outcome"], Counter::default);
        // From the first on, so that what never was is told apart from what is not known.
        for (_, method) in METHODS {
            for outcome in [AUTHENTICATED, PRIMARY_REQUIRED, MFA_REQUIRED, REFUSED] {
                by_outcome.get([(*method).into(), outcome.into()]);
            }
        }
        Self { by_outcome, refused: Family::new(["method", "reason"], Counter::default) }
    }
}

/// How somebody has come by a login: by another session, or by what they have just proven.
pub(super) fn method_of(is_derived: bool, proven: &[Factor]) -> &'static str {
    match proven.first() {
        _ if is_derived => SESSION,
        None => DISCOVERY,
        Some(factor) => method_of_factor(factor),
    }
}

fn method_of_factor(factor: &Factor) -> &'static str {
    match factor.kind {
        FactorType::MagicLink => MAGIC_LINK,
        FactorType::EmailOtp => EMAIL_OTP,
        FactorType::Password => PASSWORD,
        FactorType::Sso => SSO,
        FactorType::Otp => SMS_OTP,
        FactorType::Totp => TOTP,
        FactorType::RecoveryCodes => RECOVERY_CODE,
        FactorType::Webauthn => PASSKEY,
        FactorType::Impersonated => IMPERSONATION,
        FactorType::Oauth | FactorType::Other(_) => OAUTH,
    }
}

/// What a login has come to that was not refused.
#[derive(Clone, Copy)]
pub(super) enum Came {
    Authenticated,
    PrimaryRequired,
    MfaRequired,
}

impl Came {
    fn as_str(self) -> &'static str {
        match self {
            Came::Authenticated => AUTHENTICATED,
            Came::PrimaryRequired => PRIMARY_REQUIRED,
            Came::MfaRequired => MFA_REQUIRED,
        }
    }
}

/// A login of this member has come to this.
pub(super) fn count(cx: &Cx, method: &'static str, came: Came, member: &MemberId) {
    cx.app.memory::<Logins>().by_outcome.get([method.into(), came.as_str().into()]).inc();
    statistics::note_login(&cx.app, &cx.project().id, cx.now(), method, came.as_str());
    if matches!(came, Came::Authenticated) && method != IMPERSONATION {
        statistics::note_active(&cx.app, &cx.project().id, cx.now(), Mark::of(member));
    }
}

/// The kind in which an operation is counted for the pictures of the dashboard: the check that every request of every app is,
/// logins, and all else.
pub(crate) fn kind_of_operation(operation: &str) -> &'static str {
    match operation {
        "sessions.authenticate" => "checks",
        operation if method_of_operation(operation).is_some() => "logins",
        _ => "others",
    }
}

/// How one comes by a login by this operation, if it ends in one.
pub(crate) fn method_of_operation(operation: &str) -> Option<&'static str> {
    METHODS.iter().find(|(known, _)| *known == operation).map(|(_, method)| *method)
}

/// An operation was refused. It counts if it is one that ends in a login, and it was the person who was refused, and not the
/// project's credentials or what the app has sent.
pub(crate) fn refused(
    app: &App,
    project: impl FnOnce() -> Option<Arc<Project>>,
    now: Timestamp,
    operation: &'static str,
    error: ApiError,
) {
    if let (Some(method), Some(reason)) = (method_of_operation(operation), reason(error)) {
        if let Some(project) = project() {
            statistics::note_login(app, &project.id, now, method, REFUSED);
        }
        let logins = app.memory::<Logins>();
        logins.by_outcome.get([method.into(), REFUSED.into()]).inc();
        logins.refused.get([method.into(), reason.into()]).inc();
    }
}

/// Why a person was refused, in a word.
fn reason(error: ApiError) -> Option<&'static str> {
    use ApiError as E;
    Some(match error {
        E::WrongPassword
        | E::MagicLinkNotFound
        | E::OtpCodeNotFound
        | E::UnableToAuthenticateTotp
        | E::UnableToAuthenticateRecoveryCode
        | E::SsoTokenNotFound
        | E::OauthTokenNotFound
        | E::UnableToAuthenticateWebauthn
        | E::InvalidPublicKeyCredential
        | E::InvalidCode
        | E::InvalidTotpCode
        | E::RecoveryCodeUsedAsTotpCode
        | E::TotpCodeUsedAsRecoveryCode => "wrong",
        E::UnableToAuthMagicLink
        | E::UnableToAuthOtpCode
        | E::UnableToAuthPasswordResetToken
        | E::TotpCodeAlreadyAuthenticated
        | E::ExpiredTotp
        | E::WebauthnChallengeNotFound
        | E::SessionNotFound
        | E::IntermediateSessionNotFound
        | E::SessionTooOldToResetPassword => "used_or_expired",
        E::UserLockLimitReached => "locked",
        E::TooManyRequests => "too_many_requests",
        E::PkceExpectedCodeVerifier | E::PkceDidNotExpectCodeVerifier | E::PkceMismatch => "pkce",
        E::MemberResetPassword | E::WeakPassword | E::BreachedPassword | E::CannotResetWithExistingPassword => {
            "password_to_be_changed"
        }
        E::RestrictedAuthMethod
        | E::RestrictedMfaMethod
        | E::RestrictedPasskeys
        | E::EmailDomainIsClaimed
        | E::InactiveEmail
        | E::EmailJitNotAllowed
        | E::InvalidEmailForJit
        | E::InvalidConnectionForJit
        | E::MemberDoesNotExistInOrganization
        | E::MemberNotFound
        | E::PrimaryAuthenticationFirst
        | E::RequiresActiveSsoConnection
        | E::OauthConfigNotFound => "not_allowed",
        _ => return None,
    })
}

/// Writes what was counted.
pub(crate) fn write(app: &App, text: &mut Text) {
    let logins = app.memory::<Logins>();
    logins.by_outcome.write(&mut text.counter("guildhall_logins_total", "Logins by method and outcome"));
    logins
        .refused
        .write(&mut text.counter("guildhall_login_refusals_total", "Logins that were refused, by method and reason"));
}
