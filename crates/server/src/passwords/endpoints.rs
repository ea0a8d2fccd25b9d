use super::authenticate::{Authenticate, authenticate as log_in};
use super::discovery;
use super::mailing::{self, Mailing, USUAL_MINUTES};
use super::migrate::migrate;
use super::policy::NEW;
use super::require_reset::require_reset;
use super::reset_by_email::{LINK, Reset, reset as set_password};
use super::strength_check::strength_check;
use super::{reset_by_existing as existing, reset_by_session as session};
use crate::actor::{Actor, ProjectCaller};
use crate::attempts::ATTEMPTS;
use crate::decision::is_usable;
use crate::joining::JOIN;
use crate::login::{LOGIN, Outcome};
use crate::magic_links::{ASKED, MINUTES};
use crate::mailing::{LocaleName, MAIL, Recipient, check_template, locale, minutes, recipient, record_mail};
use crate::members::{self, Member, MemberResponse};
use crate::one_time_tokens::pkce::Challenge;
use crate::organizations::{self, AuthMethod, OrganizationRef};
use crate::redirect_urls::{self, Asked, Flow};
use crate::sessions::TERMS;
use crate::stored_passwords;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Error, Result};
use foundation::id::{EmailId, MemberId, MemberPasswordId};
use foundation::rbac::resource::MEMBER;
use foundation::text::OrEmpty;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = discovery::endpoints();
    endpoints.extend([
        strength_check::endpoint(),
        migrate::endpoint(),
        authenticate::endpoint(),
        reset_start::endpoint(),
        reset::endpoint(),
        reset_by_session::endpoint(),
        reset_by_existing::endpoint(),
        delete::endpoint(),
        require_reset::endpoint(),
    ]);
    endpoints
}

/// Log in with a password.
///
/// A wrong password, a member without one and an address that is nobody's are told apart neither by the answer nor by the
/// work. A password proves no address.
#[endpoint(
    "passwords.authenticate",
    POST "/v1/b2b/passwords/authenticate",
    browser POST "/sdk/v1/b2b/passwords/authenticate" takes(
        organization_id, email_address, password, session_duration_minutes, locale, code_verifier, dfp_telemetry_id,
        captcha_token, intermediate_session_token
    ),
    errors(
        OrganizationNotFound, InvalidEmail, WrongPassword, MemberResetPassword, EmailDomainIsClaimed,
        TooManySessionArguments, ..ATTEMPTS, ..LOGIN, ..TERMS
    )
)]
async fn authenticate(cx: Call<ProjectCaller>, input: Authenticate) -> Result<Outcome> {
    log_in(cx, input).await
}

#[derive(Deserialize, JsonSchema)]
struct ResetStart {
    organization_id: OrganizationRef,
    /// Whose password it is: the link is mailed there. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// Where the link to set a password leads; a registered URL.
    #[schemars(with = "Option<Asked>")]
    reset_password_redirect_url: Option<String>,
    /// For how many minutes the links work.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    reset_password_expiration_minutes: Option<i64>,
    /// PKCE: the SHA-256 of a `code_verifier` that the app keeps, as base64url. With it the link works only for that
    /// app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    code_challenge: Option<String>,
    /// Where the link to log in without a password leads; a registered URL.
    #[schemars(with = "Option<Asked>")]
    login_redirect_url: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// The mail template for those who have a password; the built-in one when absent.
    reset_password_template_id: Option<String>,
    /// The mail template for those who have no password; the built-in one when absent.
    verify_email_template_id: Option<String>,
}

/// To a backend: whom the mail went to. To a browser: nothing, whoever asks for whom (T-45).
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum ResetStarted {
    Told {
        member_id: MemberId,
        member_email_id: EmailId,
        /// The member who was mailed.
        member: Box<Member>,
    },
    Untold {},
}

/// Mail a link to set a password, and one to log in without.
///
/// Also how somebody gets their first password: a member, or who may become one by their email domain. A browser always gets
/// the same answer; mail goes out only where it may.
#[endpoint(
    "passwords.email_reset_start",
    POST "/v1/b2b/passwords/email/reset/start",
    browser POST "/sdk/v1/b2b/passwords/email/reset/start" takes(
        organization_id, email_address, login_redirect_url, reset_password_redirect_url,
        reset_password_expiration_minutes, reset_password_template_id, verify_email_template_id, locale,
        code_challenge, dfp_telemetry_id, captcha_token
    ),
    errors(
        OrganizationNotFound, RestrictedAuthMethod, InvalidPasswordResetRedirectUrl, NoPasswordResetRedirectUrl,
        InvalidLoginRedirectUrl, ..ASKED, ..MAIL, ..JOIN
    )
)]
fn reset_start(tx: &mut Tx, cx: &Call<ProjectCaller>, input: ResetStart) -> Result<ResetStarted> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    check_template(input.reset_password_template_id.as_deref())?;
    check_template(input.verify_email_template_id.as_deref())?;
    let asked = input.reset_password_redirect_url.as_deref();
    let redirect_url = redirect_urls::choose(tx, cx, Flow::ResetPassword, asked)?;
    let login_redirect_url = login_redirect_url(tx, cx, input.login_redirect_url.as_deref())?;
    let pkce_code_challenge = mailing::challenge(cx, input.code_challenge)?;
    let (locale, minutes) =
        (locale(input.locale.as_deref())?, minutes(input.reset_password_expiration_minutes, USUAL_MINUTES, &MINUTES)?);
    let recipient = recipient(tx, cx, &organization, &email, AuthMethod::Password)?;
    let by_link = is_usable(&organization, recipient.member(), AuthMethod::MagicLink);
    let login_redirect_url = login_redirect_url.filter(|_| by_link);
    let mailing = Mailing { redirect_url, login_redirect_url, pkce_code_challenge, locale, minutes };
    mailing::send(tx, cx, recipient.addressee(&organization), &email, mailing)?;
    record_mail(tx, cx, "password.email_reset.start", &organization, &email, recipient.member())?;
    match recipient {
        Recipient::Member(member) | Recipient::Created(member) if !cx.is_browser() => Ok(ResetStarted::Told {
            member_id: member.member_id.clone(),
            member_email_id: member.email_id.clone(),
            member,
        }),
        _ => Ok(ResetStarted::Untold {}),
    }
}

/// Where the link to log in without a password leads; nowhere where nobody says where and the project has no default.
fn login_redirect_url(tx: &mut Tx, cx: &Cx, asked: Option<&str>) -> Result<Option<String>> {
    let asked = asked.filter(|url| !url.is_empty());
    match redirect_urls::choose(tx, cx, Flow::Login, asked) {
        Err(Error::Api(..)) if asked.is_none() => Ok(None),
        chosen => chosen.map(Some),
    }
}

/// What this way in tells besides.
#[derive(Serialize, JsonSchema)]
struct ByReset {
    /// The id of the email address.
    member_email_id: EmailId,
}

/// Set a password with a mailed link, and log in with it.
///
/// The link works once. It proves the address; all sessions of the member end, and so does whatever else was mailed to them. A
/// second factor is still asked for where one is needed.
#[endpoint(
    "passwords.email_reset",
    POST "/v1/b2b/passwords/email/reset",
    browser POST "/sdk/v1/b2b/passwords/email/reset" takes(
        password_reset_token, password, session_duration_minutes, locale, code_verifier, dfp_telemetry_id,
        captcha_token, intermediate_session_token
    ),
    errors(..NEW, ..LINK, ..LOGIN, ..TERMS)
)]
async fn reset(cx: Call<ProjectCaller>, input: Reset) -> Result<Outcome<ByReset>> {
    let (member_email_id, outcome) = set_password(cx, input).await?;
    Ok(outcome.with(ByReset { member_email_id }))
}

/// Set a password in a session.
///
/// Something must have been proven in the session within the last 5 minutes; where passwords are of addresses, the address or
/// its password. All other sessions of the member end.
#[endpoint(
    "passwords.session_reset",
    POST "/v1/b2b/passwords/session/reset",
    browser POST "/sdk/v1/b2b/passwords/session/reset" takes(password, dfp_telemetry_id, captcha_token),
    errors(
        OrganizationNotFound, NoSessionArguments, TooManySessionArguments, InvalidSessionToken, UserUnauthenticated,
        UnableToParseSessionJwt, UnauthorizedAction, SessionTooOldToResetPassword, RestrictedAuthMethod, ..NEW, ..LOGIN,
        ..TERMS
    )
)]
async fn reset_by_session(cx: Call<ProjectCaller>, input: session::Reset) -> Result<Outcome> {
    session::reset(cx, input).await
}

/// Set a password with the one that is there, and log in with it.
///
/// All sessions of the member end. A second factor is still asked for where one is needed.
#[endpoint(
    "passwords.existing_password_reset",
    POST "/v1/b2b/passwords/existing_password/reset",
    browser POST "/sdk/v1/b2b/passwords/existing_password/reset" takes(
        organization_id, email_address, existing_password, new_password, locale, session_duration_minutes,
        dfp_telemetry_id, captcha_token
    ),
    errors(
        OrganizationNotFound, InvalidEmail, WrongPassword, MemberResetPassword, EmailDomainIsClaimed,
        CannotResetWithExistingPassword, ..NEW, ..ATTEMPTS, ..LOGIN, ..TERMS
    )
)]
async fn reset_by_existing(cx: Call<ProjectCaller>, input: existing::Reset) -> Result<Outcome> {
    existing::reset(cx, input).await
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The id of the password, as the member has it.
    member_password_id: String,
}

/// Delete a member's password.
///
/// Sessions stay. Where passwords are of addresses there is none to delete: see `require_reset`.
#[endpoint(
    "members.delete_password",
    DELETE "/v1/b2b/organizations/{organization_id}/members/passwords/{member_password_id}",
    browser DELETE "/sdk/v1/b2b/organizations/members/passwords/{member_password_id}",
    errors(OrganizationNotFound, MemberNotFound, MemberPasswordNotFound, CrossOrgPasswordsEnabled)
)]
fn delete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<MemberResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    if cx.project().settings.cross_org_passwords_enabled {
        return Err(ApiError::CrossOrgPasswordsEnabled.into());
    }
    let id = MemberPasswordId::parse(&input.member_password_id);
    let holder =
        id.map(|id| stored_passwords::member_of(tx, &organization.organization_id, &id)).transpose()?.flatten();
    let Some(holder) = holder else {
        cx.require(MEMBER, super::DELETE)?;
        return Err(ApiError::MemberPasswordNotFound.into());
    };
    let before = members::find_by_id(tx, &organization, &holder)?;
    cx.require_on_member(&before.member_id, super::DELETE)?;
    cx.require_reach_of(&before.member_id, &before.role_ids())?;
    let mut member = before.clone();
    members::take_password(tx, &mut member)?;
    members::save(tx, cx, "password.delete", &organization, &before, &mut member)?;
    Ok(MemberResponse::new(member, organization))
}
