use super::authenticate::{Authenticate, LINK, authenticate as log_in, authenticate_discovery as prove_address};
use super::email_update::start_email_update;
use super::invite::invite;
use super::link::{self, ASKED, MINUTES, Mailing, USUAL_MINUTES};
use crate::actor::ProjectCaller;
use crate::discovery::{self, Discovered};
use crate::joining::JOIN;
use crate::login::{LOGIN, Outcome};
use crate::mailing::{self, LocaleName, LoginMailed, MAIL};
use crate::members;
use crate::one_time_tokens::pkce::{Challenge, Verifier};
use crate::organizations::{self, AuthMethod, OrganizationRef};
use crate::redirect_urls::{self, Asked, Flow};
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
        invite::endpoint(),
        authenticate::endpoint(),
        send_discovery::endpoint(),
        authenticate_discovery::endpoint(),
        start_email_update::endpoint(),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct LoginOrSignup {
    organization_id: OrganizationRef,
    /// Whose login it is: the link is mailed there. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// Where the link leads for active members; a registered URL.
    #[schemars(with = "Option<Asked>")]
    login_redirect_url: Option<String>,
    /// Where the link leads for everyone else; a registered URL.
    #[schemars(with = "Option<Asked>")]
    signup_redirect_url: Option<String>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url. With it the link works only for that app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
    /// The mail template for members; the built-in one when absent.
    login_template_id: Option<String>,
    /// The mail template for people who would become members; the built-in one when absent.
    signup_template_id: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// For how many minutes the link works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    login_expiration_minutes: Option<i64>,
    /// For how many minutes the link works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    signup_expiration_minutes: Option<i64>,
}

/// Mail a login link to a member, or to someone who may become one.
///
/// An unknown address becomes a pending member where the organization lets its email domain join; where a browser asks,
/// only once the link is opened. A browser always gets the same answer; mail goes out only where it may.
#[endpoint(
    "magic_links.login_or_signup",
    POST "/v1/b2b/magic_links/email/login_or_signup",
    browser POST "/sdk/v1/b2b/magic_links/email/login_or_signup" takes(
        email_address, organization_id, login_redirect_url, signup_redirect_url, login_template_id, signup_template_id,
        locale, login_expiration_minutes, signup_expiration_minutes, pkce_code_challenge
    ),
    errors(
        OrganizationNotFound, RestrictedAuthMethod, InvalidLoginRedirectUrl, InvalidSignupRedirectUrl,
        NoLoginRedirectUrlsSet, NoSignupRedirectUrlsSet, NoDefaultLoginRedirectUrl, NoDefaultSignupRedirectUrl,
        ..ASKED, ..MAIL, ..JOIN
    )
)]
fn login_or_signup(tx: &mut Tx, cx: &Call<ProjectCaller>, input: LoginOrSignup) -> Result<LoginMailed> {
    let email = EmailAddress::parse(&input.email_address);
    if let Ok(email) = &email {
        mailing::prefetch(tx, cx, &input.organization_id, email)?;
    }
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let email = email.map_err(|_| ApiError::InvalidEmail)?;
    let urls = [(Flow::Login, &input.login_redirect_url), (Flow::Signup, &input.signup_redirect_url)];
    for (flow, url) in urls {
        // A browser gets the same answer whoever the link is for, so it needs both.
        if url.is_some() || cx.is_browser() {
            redirect_urls::choose(tx, cx, flow, url.as_deref())?;
        }
    }
    let expirations = [input.login_expiration_minutes, input.signup_expiration_minutes];
    let minutes = [link::minutes(expirations[0], USUAL_MINUTES)?, link::minutes(expirations[1], USUAL_MINUTES)?];
    mailing::check_template(input.login_template_id.as_deref())?;
    mailing::check_template(input.signup_template_id.as_deref())?;
    let recipient = mailing::recipient(tx, cx, &organization, &email, AuthMethod::MagicLink)?;
    let ((flow, url), minutes) = if recipient.logs_in() { (urls[0], minutes[0]) } else { (urls[1], minutes[1]) };
    let mailing = Mailing {
        redirect_url: redirect_urls::choose(tx, cx, flow, url.as_deref())?,
        pkce_code_challenge: link::challenge(cx, input.pkce_code_challenge)?,
        locale: mailing::locale(input.locale.as_deref())?,
        inviter: None,
        minutes,
    };
    link::send_login(tx, cx, &organization, &email, &recipient, mailing)?;
    LoginMailed::tell(tx, cx, "magic_link.send", organization, &email, recipient)
}

/// What this way in tells besides.
#[derive(Serialize, JsonSchema)]
struct ByMagicLink {
    /// The id of the email address.
    method_id: EmailId,
    /// Of the protocol: always `false`.
    reset_sessions: bool,
}

/// Log in with a mailed link.
///
/// The token works once. If the organization asks for more, the answer says for what, with an intermediate session.
#[endpoint(
    "magic_links.authenticate",
    POST "/v1/b2b/magic_links/authenticate",
    browser POST "/sdk/v1/b2b/magic_links/authenticate" takes(
        magic_links_token, session_duration_minutes, locale, pkce_code_verifier, dfp_telemetry_id, captcha_token,
        intermediate_session_token
    ),
    errors(
        TooManySessionArguments, UnableToVerifyEmailUpdate, ..LINK, ..members::CHANGE_EMAIL, ..LOGIN, ..TERMS
    )
)]
fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome<ByMagicLink>> {
    let (method_id, outcome) = log_in(tx, cx, input)?;
    Ok(outcome.with(ByMagicLink { method_id, reset_sessions: false }))
}

#[derive(Deserialize, JsonSchema)]
struct SendDiscovery {
    /// Where the link is mailed. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// Where the link leads; a registered URL.
    #[schemars(with = "Option<Asked>")]
    discovery_redirect_url: Option<String>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url. With it the link works only for that app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
    /// The mail template for members; the built-in one when absent.
    login_template_id: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// For how many minutes the link works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    discovery_expiration_minutes: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Sent {}

/// Mail a link that shows which organizations an address can enter.
///
/// The answer, and the time it takes, are the same for every address.
#[endpoint(
    "magic_links.send_discovery",
    POST "/v1/b2b/magic_links/email/discovery/send",
    browser POST "/sdk/v1/b2b/magic_links/email/discovery/send" takes(
        email_address, discovery_redirect_url, login_template_id, locale, discovery_expiration_minutes,
        pkce_code_challenge, dfp_telemetry_id, captcha_token
    ),
    errors(
        InvalidDiscoveryRedirectUrl, NoDiscoveryRedirectUrlsSet, NoDefaultDiscoveryRedirectUrl, ..ASKED, ..MAIL
    )
)]
fn send_discovery(tx: &mut Tx, cx: &Call<ProjectCaller>, input: SendDiscovery) -> Result<Sent> {
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    mailing::check_template(input.login_template_id.as_deref())?;
    let asked = input.discovery_redirect_url.as_deref();
    let mailing = Mailing {
        redirect_url: redirect_urls::choose(tx, cx, Flow::Discovery, asked)?,
        pkce_code_challenge: link::challenge(cx, input.pkce_code_challenge)?,
        locale: mailing::locale(input.locale.as_deref())?,
        inviter: None,
        minutes: link::minutes(input.discovery_expiration_minutes, USUAL_MINUTES)?,
    };
    link::send_discovery(tx, cx, &email, mailing)?;
    audit::record(tx, cx, "magic_link.discovery.send", Whose::Project, &cx.project().id, mailing::mail_to(&email))?;
    Ok(Sent {})
}

#[derive(Deserialize, JsonSchema)]
struct AuthenticateDiscovery {
    /// The `token` that stands in the link of the mail.
    discovery_magic_links_token: String,
    /// PKCE: what the `pkce_code_challenge` of the link was made from. Needed exactly when the link was asked for with
    /// one.
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    pkce_code_verifier: Option<String>,
}

/// Prove an address with a mailed link of discovery.
#[endpoint(
    "magic_links.authenticate_discovery",
    POST "/v1/b2b/magic_links/discovery/authenticate",
    browser POST "/sdk/v1/b2b/magic_links/discovery/authenticate" takes(
        discovery_magic_links_token, pkce_code_verifier, dfp_telemetry_id, captcha_token
    ),
    errors(..LINK)
)]
fn authenticate_discovery(
    tx: &mut Tx,
    cx: &Call<ProjectCaller>,
    input: AuthenticateDiscovery,
) -> Result<WithCookies<Discovered>> {
    let (token, verifier) = (&input.discovery_magic_links_token, input.pkce_code_verifier.as_deref());
    let intermediate = prove_address(tx, cx, token, verifier)?;
    Ok(discovery::discovered(tx, cx, "magic_link.discovery.authenticate", intermediate)?.answer())
}
