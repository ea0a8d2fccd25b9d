//! Passwords of addresses: one for all organizations of a project, and logging in before an organization is chosen.

use super::authenticate::Checked;
use super::mailing::{self, Mailing, USUAL_MINUTES};
use super::reset_by_email::{LINK, Shown};
use super::{policy, set, work};
use crate::actor::ProjectCaller;
use crate::attempts::{self, ATTEMPTS, Target};
use crate::discovery::{self, Discovered};
use crate::factors::Factor;
use crate::login::IntermediateSession;
use crate::magic_links::{ASKED, MINUTES};
use crate::mailing::{Addressee, LocaleName, MAIL, check_template, locale, mail_to, minutes};
use crate::one_time_tokens;
use crate::one_time_tokens::pkce::{Challenge, Verifier};
use crate::redirect_urls::{self, Asked, Flow};
use crate::stored_passwords::{self, Holder};
use database::Tx;
use foundation::audit::{self, Whose};
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Error, Result};
use foundation::id::{EmailId, OrganizationId};
use foundation::keys::token::TokenKind;
use foundation::secret::Secret;
use foundation::text::OrEmpty;
use frame::{Call, Endpoint, WithCookies, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![authenticate::endpoint(), reset_start::endpoint(), reset::endpoint()]
}

/// Passwords are of addresses only where the project has it so.
fn require_enabled(cx: &Cx) -> Result<()> {
    match cx.project().settings.cross_org_passwords_enabled {
        true => Ok(()),
        false => Err(ApiError::CrossOrgPasswordsNotEnabled.into()),
    }
}

/// What a password of an address opens.
#[derive(Serialize, JsonSchema)]
struct Opened {
    #[serde(flatten)]
    discovered: Discovered,
    /// Always `null`: no organization was chosen yet.
    organization_id_hint: Option<OrganizationId>,
}

/// Half a login that is of no organization yet, and what it opens.
fn opened(
    tx: &mut Tx,
    cx: &Cx,
    event: &'static str,
    email: EmailAddress,
    factors: Vec<Factor>,
) -> Result<WithCookies<Opened>> {
    let intermediate = IntermediateSession::begin(tx, cx, email, None, factors, None)?;
    let discovered = discovery::discovered(tx, cx, event, intermediate)?;
    let output = Opened { discovered, organization_id_hint: None };
    Ok(WithCookies { output, take: |opened, jar, now| opened.discovered.take_token(jar, now) })
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    /// The person's address. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The person's password.
    #[schemars(with = "String")]
    password: Secret,
}

/// Show a password, to see which organizations it opens.
///
/// Only where passwords are of addresses. It opens the organizations in which the address is a member's; to join others, or to
/// create one, the address must be proven.
#[endpoint(
    "passwords.discovery_authenticate",
    POST "/v1/b2b/passwords/discovery/authenticate",
    browser POST "/sdk/v1/b2b/passwords/discovery/authenticate" takes(
        email_address, password, code_verifier, dfp_telemetry_id, captcha_token
    ),
    errors(InvalidEmail, CrossOrgPasswordsNotEnabled, WrongPassword, MemberResetPassword, ..ATTEMPTS)
)]
async fn authenticate(cx: Call<ProjectCaller>, input: Authenticate) -> Result<WithCookies<Opened>> {
    require_enabled(&cx)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let (call, address) = (cx.context(), email.clone());
    let look_up = move |tx: &mut Tx| {
        attempts::check(tx, &call, &Target::Discovery { email: &address })?;
        stored_passwords::find(tx, &call, &Holder::Address(address.clone()))
    };
    let found = cx.read(look_up).await?;
    let checked = Checked::against(&cx, found, &email, &input.password).await?;
    let call = cx.context();
    cx.write(move |tx| {
        let (target, holder) = (Target::Discovery { email: &email }, Holder::Address(email.clone()));
        let password =
            checked.settle(tx, &call, &target, |tx| stored_passwords::find(tx, &call, &holder), |now| now)?;
        checked.require_no_reset(&password)?;
        checked.keep_upgraded(tx, &call, &holder, &password.id)?;
        let id = EmailId::new(call.project().environment);
        let factor = Factor::password_of_address(id, email.clone(), call.now());
        opened(tx, &call, "password.discovery.authenticate", email.clone(), vec![factor])
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
struct ResetStart {
    /// Whose password it is: the link is mailed there. Case does not matter.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// Where the link to set a password leads; a registered URL of the flow `discovery`.
    #[schemars(with = "Option<Asked>")]
    discovery_redirect_url: Option<String>,
    /// The same, of the flow `reset_password`; it counts where both are given.
    #[schemars(with = "Option<Asked>")]
    reset_password_redirect_url: Option<String>,
    /// For how many minutes the link works.
    #[schemars(range(min = *MINUTES.start(), max = *MINUTES.end()), extend("default" = USUAL_MINUTES))]
    reset_password_expiration_minutes: Option<i64>,
    /// PKCE: the SHA-256 of a verifier that the app keeps, as base64url. With it the link works only for that app.
    #[schemars(with = "Option<OrEmpty<Challenge>>")]
    pkce_code_challenge: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// The mail template for those who have a password; the built-in one when absent.
    reset_password_template_id: Option<String>,
    /// The mail template for those who have no password; the built-in one when absent.
    verify_email_template_id: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Started {}

/// Mail a link to set the password of an address.
///
/// Only where passwords are of addresses. The answer, and the time it takes, are the same for every address. The mail has a
/// second link that shows which organizations the address can enter.
#[endpoint(
    "passwords.discovery_reset_start",
    POST "/v1/b2b/passwords/discovery/email/reset/start",
    browser POST "/sdk/v1/b2b/passwords/discovery/reset/start" takes(
        email_address, discovery_redirect_url, reset_password_redirect_url, reset_password_expiration_minutes,
        reset_password_template_id, verify_email_template_id, locale, pkce_code_challenge, dfp_telemetry_id,
        captcha_token
    ),
    errors(
        CrossOrgPasswordsNotEnabled, InvalidPasswordResetRedirectUrl, NoPasswordResetRedirectUrl,
        InvalidDiscoveryRedirectUrl, ..ASKED, ..MAIL
    )
)]
fn reset_start(tx: &mut Tx, cx: &Call<ProjectCaller>, input: ResetStart) -> Result<Started> {
    require_enabled(cx)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    check_template(input.reset_password_template_id.as_deref())?;
    check_template(input.verify_email_template_id.as_deref())?;
    let given = |url: &Option<String>| url.as_ref().is_some_and(|url| !url.is_empty());
    let discovery = match redirect_urls::choose(tx, cx, Flow::Discovery, input.discovery_redirect_url.as_deref()) {
        Err(Error::Api(..)) if !given(&input.discovery_redirect_url) => None,
        chosen => Some(chosen?),
    };
    let redirect_url = match &discovery {
        Some(url) if given(&input.discovery_redirect_url) && !given(&input.reset_password_redirect_url) => url.clone(),
        _ => redirect_urls::choose(tx, cx, Flow::ResetPassword, input.reset_password_redirect_url.as_deref())?,
    };
    let mailing = Mailing {
        redirect_url,
        login_redirect_url: discovery,
        pkce_code_challenge: mailing::challenge(cx, input.pkce_code_challenge)?,
        locale: locale(input.locale.as_deref())?,
        minutes: minutes(input.reset_password_expiration_minutes, USUAL_MINUTES, &MINUTES)?,
    };
    mailing::send(tx, cx, Addressee::Anybody, &email, mailing)?;
    let action = "password.discovery.email_reset.start";
    audit::record(tx, cx, action, Whose::Project, &cx.project().id, mail_to(&email))?;
    Ok(Started {})
}

#[derive(Deserialize, JsonSchema)]
struct Reset {
    /// The `token` that stands in the link of the mail.
    password_reset_token: String,
    /// The password from now on.
    #[schemars(with = "String")]
    password: Secret,
    /// PKCE: what the `pkce_code_challenge` of the link was made from. Needed exactly when the link was asked for with
    /// one.
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    pkce_code_verifier: Option<String>,
}

/// Set the password of an address with a mailed link, and see which organizations it opens.
///
/// The link works once. All sessions end that members with the address have, in all organizations.
#[endpoint(
    "passwords.discovery_reset",
    POST "/v1/b2b/passwords/discovery/email/reset",
    browser POST "/sdk/v1/b2b/passwords/discovery/reset" takes(
        password_reset_token, password, pkce_code_verifier, dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    errors(CrossOrgPasswordsNotEnabled, ..policy::NEW, ..LINK)
)]
async fn reset(cx: Call<ProjectCaller>, input: Reset) -> Result<WithCookies<Opened>> {
    require_enabled(&cx)?;
    let (token, verifier) = (input.password_reset_token, input.pkce_code_verifier);
    let shown = Shown { kind: TokenKind::DiscoveryPasswordReset, token, verifier };
    let (call, looked_at) = (cx.context(), shown.clone());
    let email = cx.read(move |tx| Ok(looked_at.find(tx, &call)?.email)).await?;
    policy::check_new(&cx, &input.password, &email).await?;
    let hash = work::hash(&cx, &input.password).await?;
    let cx = cx.context();
    let call = cx.clone();
    cx.write(move |tx| {
        let link = shown.find(tx, &call)?;
        one_time_tokens::consume(tx, &call, &link)?;
        stored_passwords::set(tx, &call, &Holder::Address(link.email.clone()), hash.clone())?;
        set::end_elsewhere(tx, &call, &link.email, None)?;
        set::tell(tx, &call, &link.email)?;
        let (id, at) = (EmailId::new(call.project().environment), set::proven_at(&call));
        let factors = vec![
            Factor::password_of_address(id.clone(), link.email.clone(), at),
            Factor::magic_link(id, link.email.clone(), at),
        ];
        opened(tx, &call, "password.discovery.email_reset", link.email, factors)
    })
    .await
}
