use super::authenticate::{
    Authenticate, CODE, Digits, authenticate as log_in, authenticate_discovery as prove_address,
};
use super::code::USUAL_MINUTES;
use super::send::{self, MINUTES, Mailing};
use crate::actor::ProjectCaller;
use crate::attempts::ATTEMPTS;
use crate::discovery::{self, Discovered};
use crate::joining::JOIN;
use crate::login::{LOGIN, Outcome};
use crate::mailing::{self, LocaleName, LoginMailed, MAIL};
use crate::members;
use crate::organizations::{self, AuthMethod, OrganizationRef};
use crate::sessions::TERMS;
use database::Tx;
use foundation::audit::{self, Whose};
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::id::EmailId;
use foundation::text::OrEmpty;
use frame::{Call, Endpoint, WithCookies, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        login_or_signup::endpoint(),
        authenticate::endpoint(),
        send_discovery::endpoint(),
        authenticate_discovery::endpoint(),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct LoginOrSignup {
    organization_id: OrganizationRef,
    /// Whose login it is: the code is mailed there. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The mail template for members; the built-in one when absent.
    login_template_id: Option<String>,
    /// The mail template for people who would become members; the built-in one when absent.
    signup_template_id: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// For how many minutes the code works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    login_expiration_minutes: Option<i64>,
    /// For how many minutes the code works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    signup_expiration_minutes: Option<i64>,
}

/// Mail a login code to a member, or to someone who may become one.
///
/// Six digits; the code takes the place of the one that this address got before in the organization. An unknown address becomes
/// a pending member where the organization lets its email domain join; where a browser asks, only once the code is entered. A
/// browser always gets the same answer; mail goes out only where it may.
#[endpoint(
    "email_codes.login_or_signup",
    POST "/v1/b2b/otps/email/login_or_signup",
    browser POST "/sdk/v1/b2b/otps/email/login_or_signup" takes(
        email_address, organization_id, login_template_id, signup_template_id, locale, login_expiration_minutes,
        signup_expiration_minutes, dfp_telemetry_id, captcha_token
    ),
    errors(OrganizationNotFound, RestrictedAuthMethod, ..MAIL, ..JOIN)
)]
fn login_or_signup(tx: &mut Tx, cx: &Call<ProjectCaller>, input: LoginOrSignup) -> Result<LoginMailed> {
    let email = EmailAddress::parse(&input.email_address);
    if let Ok(email) = &email {
        mailing::prefetch(tx, cx, &input.organization_id, email)?;
    }
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let email = email.map_err(|_| ApiError::InvalidEmail)?;
    let minutes = [send::minutes(input.login_expiration_minutes)?, send::minutes(input.signup_expiration_minutes)?];
    mailing::check_template(input.login_template_id.as_deref())?;
    mailing::check_template(input.signup_template_id.as_deref())?;
    let locale = mailing::locale(input.locale.as_deref())?;
    let recipient = mailing::recipient(tx, cx, &organization, &email, AuthMethod::EmailOtp)?;
    let minutes = if recipient.logs_in() { minutes[0] } else { minutes[1] };
    send::send_login(tx, cx, &organization, &email, &recipient, Mailing { locale, minutes })?;
    LoginMailed::tell(tx, cx, "email_code.send", organization, &email, recipient)
}

/// What this way in tells besides.
#[derive(Serialize, JsonSchema)]
struct ByEmailCode {
    /// The id of the email address.
    method_id: EmailId,
}

/// Log in with a mailed code.
///
/// The newest code of the address works once. Too many wrong ones lock the address out of guessing for a while. If the
/// organization asks for more, the answer says for what, with an intermediate session.
#[endpoint(
    "email_codes.authenticate",
    POST "/v1/b2b/otps/email/authenticate",
    browser POST "/sdk/v1/b2b/otps/email/authenticate" takes(
        organization_id, email_address, code, session_duration_minutes, locale, intermediate_session_token,
        dfp_telemetry_id, captcha_token
    ),
    errors(
        OrganizationNotFound, TooManySessionArguments, UnableToVerifyEmailUpdate, ..CODE, ..ATTEMPTS,
        ..members::CHANGE_EMAIL, ..LOGIN, ..TERMS
    )
)]
fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome<ByEmailCode>> {
    let (method_id, outcome) = log_in(tx, cx, input)?;
    Ok(outcome.with(ByEmailCode { method_id }))
}

#[derive(Deserialize, JsonSchema)]
struct SendDiscovery {
    /// Where the code is mailed. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The mail template for members; the built-in one when absent.
    login_template_id: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// For how many minutes the code works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    discovery_expiration_minutes: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Sent {}

/// Mail a code that shows which organizations an address can enter.
///
/// The answer, and the time it takes, are the same for every address.
#[endpoint(
    "email_codes.send_discovery",
    POST "/v1/b2b/otps/email/discovery/send",
    browser POST "/sdk/v1/b2b/otps/email/discovery/send" takes(
        email_address, login_template_id, locale, discovery_expiration_minutes, dfp_telemetry_id, captcha_token
    ),
    errors(..MAIL)
)]
fn send_discovery(tx: &mut Tx, cx: &Call<ProjectCaller>, input: SendDiscovery) -> Result<Sent> {
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    mailing::check_template(input.login_template_id.as_deref())?;
    let mailing = Mailing {
        locale: mailing::locale(input.locale.as_deref())?,
        minutes: send::minutes(input.discovery_expiration_minutes)?,
    };
    send::send_discovery(tx, cx, &email, mailing)?;
    audit::record(tx, cx, "email_code.discovery.send", Whose::Project, &cx.project().id, mailing::mail_to(&email))?;
    Ok(Sent {})
}

#[derive(Deserialize, JsonSchema)]
struct AuthenticateDiscovery {
    /// The address that the code was mailed to.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The six digits of the mail.
    #[schemars(with = "Digits")]
    code: String,
}

/// Prove an address with a mailed code of discovery.
#[endpoint(
    "email_codes.authenticate_discovery",
    POST "/v1/b2b/otps/email/discovery/authenticate",
    browser POST "/sdk/v1/b2b/otps/email/discovery/authenticate" takes(
        code, email_address, dfp_telemetry_id, captcha_token
    ),
    errors(..CODE, ..ATTEMPTS)
)]
fn authenticate_discovery(
    tx: &mut Tx,
    cx: &Call<ProjectCaller>,
    input: AuthenticateDiscovery,
) -> Result<WithCookies<Discovered>> {
    let intermediate = prove_address(tx, cx, &input.email_address, &input.code)?;
    Ok(discovery::discovered(tx, cx, "email_code.discovery.authenticate", intermediate)?.answer())
}
