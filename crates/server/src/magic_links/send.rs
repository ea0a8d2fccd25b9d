//! Mailing links.

use super::link::{self, NewLink, Purpose};
use super::{pkce, store};
use crate::email_address::EmailAddress;
use crate::email_domain::EmailDomain;
use crate::error::{ApiError, Result};
use crate::http::{Actor, Caller, Cx, ProjectCaller};
use crate::login::decision::usable_methods;
use crate::mail::{self, Locale, Template};
use crate::members::{self, Member, NewMember, Status};
use crate::organizations::{self, AuthMethod, EmailJitProvisioning, Organization};
use crate::outbox;
use crate::redirect_urls::{self, Flow};
use database::Tx;

const DEFAULT_MINUTES: i64 = 60;
const EMAIL_UPDATE_MINUTES: i64 = 5;

/// How a link is to be mailed.
pub(super) struct Mailing<'a> {
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) template_id: Option<&'a str>,
    pub(super) locale: Option<&'a str>,
    pub(super) expiration_minutes: Option<i64>,
}

/// Minutes that a link works.
pub(super) fn minutes(given: Option<i64>, default: i64) -> Result<i64> {
    match given.unwrap_or(default) {
        minutes if (5..=10_080).contains(&minutes) => Ok(minutes),
        _ => Err(ApiError::InvalidExpiration.into()),
    }
}

fn locale(given: Option<&str>) -> Result<Locale> {
    match given.filter(|text| !text.is_empty()) {
        None => Ok(Locale::default()),
        Some(text) => text.parse().map_err(|_| ApiError::InvalidLocale.into()),
    }
}

/// Mail templates of a project's own come with their endpoints; until then no template id exists.
pub(super) fn check_template(given: Option<&str>) -> Result<()> {
    if given.is_some_and(|id| !id.is_empty()) { Err(ApiError::InvalidTemplateId.into()) } else { Ok(()) }
}

/// A browser must begin with a challenge where the project requires it.
fn challenge(cx: &Cx<ProjectCaller>, given: Option<String>) -> Result<Option<String>> {
    let challenge = pkce::check_challenge(given)?;
    let required = cx.caller.is_browser() && cx.project().settings.pkce_required_for_email_magic_links;
    if required && challenge.is_none() { Err(ApiError::PkceRequired.into()) } else { Ok(challenge) }
}

/// Whom a login link is for, and whether the request has made them a member.
pub(super) struct Recipient {
    pub(super) member: Option<Member>,
    pub(super) created: bool,
}

/// Finds the member of the address, or makes one where the organization lets people of the domain join.
///
/// A browser is not told why somebody cannot log in, nor that they cannot: `member` is `None` then (threat T-45).
pub(super) fn recipient(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    organization: &Organization,
    email: &EmailAddress,
) -> Result<Recipient> {
    let found = find_or_join(tx, cx, organization, email);
    match found {
        Err(crate::error::Error::Api(error, _)) if cx.caller.is_browser() && tells_of_members(error) => {
            Ok(Recipient { member: None, created: false })
        }
        other => other,
    }
}

fn tells_of_members(error: ApiError) -> bool {
    matches!(
        error,
        ApiError::EmailDomainIsClaimed
            | ApiError::EmailJitNotAllowed
            | ApiError::InvalidEmailForJit
            | ApiError::InactiveEmail
            | ApiError::RestrictedAuthMethod
    )
}

fn find_or_join(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    organization: &Organization,
    email: &EmailAddress,
) -> Result<Recipient> {
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), email)?;
    if let Some(member) = members::find_by_email(tx, organization, email)? {
        check_method(organization, member.is_breakglass)?;
        return Ok(Recipient { member: Some(member), created: false });
    }
    check_method(organization, false)?;
    let settings = &organization.settings;
    if settings.email_jit_provisioning == EmailJitProvisioning::NotAllowed {
        return Err(ApiError::EmailJitNotAllowed.into());
    }
    let domain = EmailDomain::parse(email.domain()).map_err(|_| ApiError::InvalidEmail)?;
    if !settings.lets_domain_join(&domain) {
        return Err(ApiError::InvalidEmailForJit.into());
    }
    let member = members::create_absent(tx, cx, organization, NewMember::with_email(email.clone(), Status::Pending))?;
    Ok(Recipient { member: Some(member), created: true })
}

fn check_method(organization: &Organization, is_breakglass: bool) -> Result<()> {
    let usable = usable_methods(&organization.settings, is_breakglass).contains(&AuthMethod::MagicLink);
    if usable { Ok(()) } else { Err(ApiError::RestrictedAuthMethod.into()) }
}

/// Mails a link for logging in. Without a member everything happens as if there were one, except that no mail leaves.
pub(super) fn send_login(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    organization: &Organization,
    email: &EmailAddress,
    recipient: &Recipient,
    redirect_url: String,
    mailing: Mailing,
) -> Result<()> {
    let member = recipient.member.as_ref();
    let active = member.is_none_or(|member| member.status == Status::Active);
    check_template(mailing.template_id)?;
    let minutes = minutes(mailing.expiration_minutes, DEFAULT_MINUTES)?;
    let link = link::create(
        tx,
        cx,
        NewLink {
            purpose: Purpose::Login,
            organization: Some((&organization.organization_id, &organization.organization_slug)),
            member_id: member.map(|member| &member.member_id),
            email,
            redirect_url,
            pkce_code_challenge: challenge(cx, mailing.pkce_code_challenge)?,
            minutes,
        },
    )?;
    let mail = outbox::Mail {
        to: email.to_string(),
        template: if active { Template::Login } else { Template::Signup },
        locale: locale(mailing.locale)?,
        context: context(cx, Some(organization), member, link, minutes),
    };
    match member {
        Some(_) => outbox::send(tx, cx, &mail),
        None => outbox::pretend_to_send(tx, cx, &mail),
    }
}

/// Mails an invitation.
pub(super) fn send_invitation(
    tx: &mut Tx,
    cx: &Cx<Actor>,
    organization: &Organization,
    member: &Member,
    redirect_url: String,
    mailing: Mailing,
) -> Result<()> {
    check_template(mailing.template_id)?;
    let minutes = minutes(mailing.expiration_minutes, 10_080)?;
    let link = link::create(
        tx,
        cx,
        NewLink {
            purpose: Purpose::Invite,
            organization: Some((&organization.organization_id, &organization.organization_slug)),
            member_id: Some(&member.member_id),
            email: &member.email_address,
            redirect_url,
            pkce_code_challenge: None,
            minutes,
        },
    )?;
    let mail = outbox::Mail {
        to: member.email_address.to_string(),
        template: Template::Invite,
        locale: locale(mailing.locale)?,
        context: context(cx, Some(organization), Some(member), link, minutes),
    };
    outbox::send(tx, cx, &mail)
}

/// Mails a link for discovery. Whether the address has an account anywhere makes no difference.
pub(super) fn send_discovery(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    email: &EmailAddress,
    redirect_url: Option<&str>,
    mailing: Mailing,
) -> Result<()> {
    check_template(mailing.template_id)?;
    let minutes = minutes(mailing.expiration_minutes, DEFAULT_MINUTES)?;
    let redirect_url = redirect_urls::choose(tx, cx.project(), Flow::Discovery, redirect_url)?;
    let link = link::create(
        tx,
        cx,
        NewLink {
            purpose: Purpose::Discovery,
            organization: None,
            member_id: None,
            email,
            redirect_url,
            pkce_code_challenge: challenge(cx, mailing.pkce_code_challenge)?,
            minutes,
        },
    )?;
    let mail = outbox::Mail {
        to: email.to_string(),
        template: Template::Discovery,
        locale: locale(mailing.locale)?,
        context: context(cx, None, None, link, minutes),
    };
    outbox::send(tx, cx, &mail)
}

/// A change of address that its member has started.
pub(crate) struct EmailUpdate<'a> {
    pub(crate) email: EmailAddress,
    pub(crate) redirect_url: Option<&'a str>,
    pub(crate) locale: Option<&'a str>,
    pub(crate) template_id: Option<&'a str>,
    pub(crate) delivery_method: Option<&'a str>,
}

/// Mails a link to a member's new address.
pub(crate) fn start_email_update(
    tx: &mut Tx,
    cx: &Cx<Actor>,
    organization: &Organization,
    member: &Member,
    update: EmailUpdate,
) -> Result<()> {
    if update.delivery_method.is_some_and(|method| !["", "EMAIL_MAGIC_LINK"].contains(&method)) {
        return Err(
            ApiError::InvalidArgument.because("delivery_method is EMAIL_MAGIC_LINK; codes by email come later.")
        );
    }
    check_template(update.template_id)?;
    let id = &organization.organization_id;
    if store::is_changing_to(tx, id, &update.email, &member.member_id, cx.now())? {
        return Err(ApiError::DesiredEmailUpdating.into());
    }
    cx.app.mail_limit().count(&cx.project().id, &update.email)?;
    store::delete_email_updates(tx, id, &member.member_id)?;
    let redirect_url = redirect_urls::choose(tx, cx.project(), Flow::Login, update.redirect_url)?;
    let link = link::create(
        tx,
        cx,
        NewLink {
            purpose: Purpose::EmailUpdate,
            organization: Some((id, &organization.organization_slug)),
            member_id: Some(&member.member_id),
            email: &update.email,
            redirect_url,
            pkce_code_challenge: None,
            minutes: EMAIL_UPDATE_MINUTES,
        },
    )?;
    let mail = outbox::Mail {
        to: update.email.to_string(),
        template: Template::EmailUpdate,
        locale: locale(update.locale)?,
        context: context(cx, Some(organization), Some(member), link, EMAIL_UPDATE_MINUTES),
    };
    outbox::send(tx, cx, &mail)
}

fn context<C: Caller>(
    cx: &Cx<C>,
    organization: Option<&Organization>,
    member: Option<&Member>,
    link: String,
    minutes: i64,
) -> mail::Context {
    mail::Context {
        project_name: cx.project().name.clone(),
        organization_name: organization.map(|organization| organization.organization_name.clone()),
        member_name: member.map(|member| member.name.clone()).filter(|name| !name.is_empty()),
        link,
        expires_in_minutes: minutes,
    }
}
