//! Mailing links.

use crate::decision::usable_methods;
use crate::joining;
use crate::members::{self, Member, Status};
use crate::one_time_tokens::{self, New, Purpose, pkce};
use crate::organizations::{self, AuthMethod, Organization, OrganizationRef};
use crate::outbox::{self, Mail, Message, Parcel};
use crate::projects;
use database::Tx;
use foundation::audit::Change;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::time;
use mail::{Locale, Template};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// How a link is to be mailed.
pub(super) struct Mailing {
    pub(super) redirect_url: String,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) locale: Locale,
    /// That the link works.
    pub(super) minutes: i64,
}

/// What can be wrong with a mail that is asked for, the redirect URLs of its flow aside.
pub(super) const MAILING: &[ApiError] = &[
    ApiError::InvalidEmail,
    ApiError::NoMatchForMagicLinkUrl,
    ApiError::InvalidPkceCodeChallenge,
    ApiError::PkceRequired,
    ApiError::InvalidTemplateId,
    ApiError::InvalidLocale,
    ApiError::InvalidExpiration,
];

/// For how many minutes a link may work.
pub(super) const MINUTES: RangeInclusive<i64> = 5..=10_080;
/// For how many it does unless asked otherwise; an invitation as long as any.
pub(super) const USUAL_MINUTES: i64 = 60;

/// Minutes that a link works.
pub(super) fn minutes(given: Option<i64>, default: i64) -> Result<i64> {
    match given.unwrap_or(default) {
        minutes if MINUTES.contains(&minutes) => Ok(minutes),
        _ => Err(ApiError::InvalidExpiration.into()),
    }
}

/// A language, in the schemas of inputs: each name in the spellings that are understood.
pub(super) struct LocaleName;

impl JsonSchema for LocaleName {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "LocaleName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let any_case = |letter: char| match letter {
            '-' => "[-_]?".to_owned(),
            letter => format!("[{}{letter}]", letter.to_ascii_uppercase()),
        };
        let names = Locale::ALL.map(Locale::name);
        let patterns = names.map(|name| format!("^{}$", name.chars().map(any_case).collect::<String>()));
        json_schema!({ "type": "string", "pattern": patterns.join("|"), "description": names.join(", ") })
    }
}

/// The language of the mail.
pub(super) fn locale(given: Option<&str>) -> Result<Locale> {
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
pub(super) fn challenge(cx: &Cx, given: Option<String>) -> Result<Option<String>> {
    let challenge = pkce::check_challenge(given)?;
    let required = cx.is_browser() && cx.project().settings.pkce_required_for_email_magic_links;
    if required && challenge.is_none() { Err(ApiError::PkceRequired.into()) } else { Ok(challenge) }
}

/// What the audit log tells of a mail that was asked for, whether or not it may leave.
pub(super) fn mail_to(email: &EmailAddress) -> Change {
    Change::of("mail_to", &None::<EmailAddress>, email)
}

/// Has all fetched at once that a login link will need, where the request names the organization by its id.
pub(super) fn prefetch(tx: &mut Tx, cx: &Cx, organization: &OrganizationRef, email: &EmailAddress) -> Result<()> {
    let Some(id) = organization.id() else { return Ok(()) };
    organizations::prefetch(tx, cx.project(), &id)?;
    tx.visit(id.as_str(), |tx| {
        organizations::prefetch_claimed(tx, cx.project(), email)?;
        members::prefetch_by_email(tx, &id, email)?;
        outbox::prefetch(tx, cx, &outbox::MAIL, email.as_str())
    })
}

/// Whom a login link is for.
pub(super) enum Recipient {
    Member(Box<Member>),
    /// Whom the request of a backend, which is told of them, has made a member.
    Created(Box<Member>),
    /// Who will be one when they open the link. Anybody can ask for links, and would fill the organization with members.
    Joining,
    /// Nobody: the mail stays.
    Nobody,
}

impl Recipient {
    pub(super) fn member(&self) -> Option<&Member> {
        match self {
            Recipient::Member(member) | Recipient::Created(member) => Some(member),
            Recipient::Joining | Recipient::Nobody => None,
        }
    }

    /// Whether they have logged in before; nobody has, as far as anybody can tell (threat T-45).
    pub(super) fn logs_in(&self) -> bool {
        match self {
            Recipient::Member(member) | Recipient::Created(member) => member.status == Status::Active,
            Recipient::Joining => false,
            Recipient::Nobody => true,
        }
    }
}

/// Finds the member of the address, or somebody who may become one where the organization lets people of the domain join.
///
/// A browser is not told why somebody cannot log in, nor that they cannot (threat T-45).
pub(super) fn recipient(tx: &mut Tx, cx: &Cx, organization: &Organization, email: &EmailAddress) -> Result<Recipient> {
    match find_or_join(tx, cx, organization, email) {
        Err(Error::Api(error, _)) if cx.is_browser() && tells_of_members(error) => Ok(Recipient::Nobody),
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

fn find_or_join(tx: &mut Tx, cx: &Cx, organization: &Organization, email: &EmailAddress) -> Result<Recipient> {
    let member = joining::member(tx, cx, organization, email)?;
    check_method(organization, member.as_ref().is_some_and(|member| member.is_breakglass))?;
    match member {
        Some(member) => Ok(Recipient::Member(Box::new(member))),
        None if cx.is_browser() => joining::check_open(organization, email).map(|_| Recipient::Joining),
        None => Ok(Recipient::Created(Box::new(joining::join_by_mail(tx, cx, organization, email)?))),
    }
}

fn check_method(organization: &Organization, is_breakglass: bool) -> Result<()> {
    let usable = usable_methods(&organization.settings, is_breakglass).contains(&AuthMethod::MagicLink);
    if usable { Ok(()) } else { Err(ApiError::RestrictedAuthMethod.into()) }
}

/// Mails a link for logging in. To nobody everything happens as to somebody, except that no mail leaves.
pub(super) fn send_login(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    recipient: &Recipient,
    mailing: Mailing,
) -> Result<()> {
    let template = if recipient.logs_in() { Template::Login } else { Template::Signup };
    let is_for_nobody = matches!(recipient, Recipient::Nobody);
    let (organization, member) = (Some(organization), recipient.member());
    Sending { purpose: Purpose::Login, template, organization, member, email, is_for_nobody }.send(tx, cx, mailing)
}

/// Mails an invitation.
pub(super) fn send_invitation(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    mailing: Mailing,
) -> Result<()> {
    let email = &member.email_address;
    let (purpose, template) = (Purpose::Invite, Template::Invite);
    let (organization, member) = (Some(organization), Some(member));
    Sending { purpose, template, organization, member, email, is_for_nobody: false }.send(tx, cx, mailing)
}

/// Mails a link to a member's new address.
pub(super) fn send_email_update(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    email: &EmailAddress,
    mailing: Mailing,
) -> Result<()> {
    let (purpose, template) = (Purpose::EmailUpdate, Template::EmailUpdate);
    let (organization, member) = (Some(organization), Some(member));
    Sending { purpose, template, organization, member, email, is_for_nobody: false }.send(tx, cx, mailing)
}

/// Mails a link for discovery. Whether the address has an account anywhere makes no difference.
pub(super) fn send_discovery(tx: &mut Tx, cx: &Cx, email: &EmailAddress, mailing: Mailing) -> Result<()> {
    let (purpose, template) = (Purpose::Discovery, Template::Discovery);
    let (organization, member) = (None, None);
    Sending { purpose, template, organization, member, email, is_for_nobody: false }.send(tx, cx, mailing)
}

/// A mail with a link in it.
struct Sending<'a> {
    purpose: Purpose,
    template: Template,
    organization: Option<&'a Organization>,
    member: Option<&'a Member>,
    email: &'a EmailAddress,
    is_for_nobody: bool,
}

impl Sending<'_> {
    fn send(&self, tx: &mut Tx, cx: &Cx, mailing: Mailing) -> Result<()> {
        let place = outbox::place(tx, cx, &outbox::MAIL, self.email.as_str())?;
        let leaves = self.leaves(tx, cx)?;
        let link = self.link(tx, cx, mailing.redirect_url, mailing.pkce_code_challenge, mailing.minutes)?;
        let mail = Mail {
            to: self.email.to_string(),
            template: self.template,
            locale: mailing.locale,
            context: mail::Context {
                project_name: cx.project().name.clone(),
                organization_name: self.organization.map(|organization| organization.organization_name.clone()),
                member_name: self.member.map(|member| member.name.clone()).filter(|name| !name.is_empty()),
                link: Some(link),
                expires_in_minutes: mailing.minutes,
            },
        };
        let parcel = Parcel {
            message: Message::Mail(mail),
            organization: self.organization.map(|organization| &organization.organization_id),
            useful_until: time::after_minutes(cx.now(), mailing.minutes),
        };
        match leaves {
            true => place.send(tx, cx, &parcel),
            false => place.pretend_to_send(tx, cx, &parcel),
        }
    }

    /// Whether the mail leaves. What is written in it is the organization's, so how many strangers get one is bounded.
    ///
    /// # Errors
    /// `too_many_requests`; where nobody is logged in the mail stays instead, because the answer would say that the
    /// address may join (threat T-45).
    fn leaves(&self, tx: &mut Tx, cx: &Cx) -> Result<bool> {
        let Some(organization) = self.organization else { return Ok(true) };
        if self.is_for_nobody || self.template == Template::Login {
            outbox::pretend_to_count(tx, cx)?;
            return Ok(!self.is_for_nobody);
        }
        match outbox::count_to_stranger(tx, cx, &organization.organization_id) {
            Err(Error::TooMany(reason, _)) if cx.acting.is_none() => {
                tracing::warn!(organization_id = %organization.organization_id, %reason, "a mail to somebody new stays");
                Ok(false)
            }
            counted => counted.map(|()| true),
        }
    }

    /// Makes the link: to the page of this server that leads on to the redirect URL.
    fn link(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        redirect_url: String,
        pkce_code_challenge: Option<String>,
        minutes: i64,
    ) -> Result<String> {
        let new = New {
            purpose: self.purpose,
            organization: self.organization.map(|organization| &organization.organization_id),
            member: self.member,
            email: self.email,
            redirect_url,
            pkce_code_challenge,
            minutes,
        };
        let token = one_time_tokens::create(tx, cx, new)?;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("public_token", &projects::public_token(tx, cx)?);
        if let Some(organization) = self.organization {
            query.append_pair("slug", &organization.organization_slug);
        }
        query.append_pair("stytch_token_type", super::redirect::token_type(self.purpose));
        query.append_pair("token", &token.to_text());
        Ok(format!("{}/v1/magic_links/redirect?{}", cx.app.public_url(), query.finish()))
    }
}
