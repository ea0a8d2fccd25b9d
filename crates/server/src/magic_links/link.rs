//! Links, and mailing them.

use crate::email_codes;
use crate::mailing::{self, Addressee, Envelope, Letter, Recipient};
use crate::members::Member;
use crate::one_time_tokens::{self, New, Purpose, pkce};
use crate::organizations::{AuthMethod, Organization};
use crate::projects;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::keys::token::Token;
use mail::{Inviter, Locale, Template};
use std::ops::RangeInclusive;

/// How a link is to be mailed.
pub(super) struct Mailing {
    pub(super) redirect_url: String,
    pub(super) pkce_code_challenge: Option<String>,
    pub(super) locale: Locale,
    /// Who invites, where a member does.
    pub(super) inviter: Option<Inviter>,
    /// That the link works.
    pub(super) minutes: i64,
}

/// What can be wrong with a link that is asked for, its mail and the redirect URLs of its flow aside.
pub(crate) const ASKED: &[ApiError] =
    &[ApiError::NoMatchForMagicLinkUrl, ApiError::InvalidPkceCodeChallenge, ApiError::PkceRequired];

/// For how many minutes a link may work.
pub(crate) const MINUTES: RangeInclusive<i64> = 5..=10_080;
/// For how many it does unless asked otherwise; an invitation as long as any.
pub(super) const USUAL_MINUTES: i64 = 60;

/// Minutes that a link works.
pub(super) fn minutes(given: Option<i64>, usual: i64) -> Result<i64> {
    mailing::minutes(given, usual, &MINUTES)
}

/// A browser must begin with a challenge where the project requires it.
pub(super) fn challenge(cx: &Cx, given: Option<String>) -> Result<Option<String>> {
    pkce::challenge(cx, given, cx.project().settings.pkce_required_for_email_magic_links)
}

/// Mails a link for logging in.
pub(super) fn send_login(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    recipient: &Recipient,
    mailing: Mailing,
) -> Result<()> {
    let template = if recipient.logs_in() { Template::Login } else { Template::Signup };
    send(tx, cx, Purpose::Login, template, recipient.addressee(organization), email, mailing)
}

/// Mails an invitation.
pub(super) fn send_invitation(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    mailing: Mailing,
) -> Result<()> {
    let addressee = Addressee::Stranger(organization, Some(member));
    send(tx, cx, Purpose::Invite, Template::Invite, addressee, &member.email_address, mailing)
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
    let addressee = Addressee::Stranger(organization, Some(member));
    send(tx, cx, Purpose::EmailUpdate, Template::EmailUpdate, addressee, email, mailing)
}

/// Mails a link for discovery. Whether the address has an account anywhere makes no difference.
pub(super) fn send_discovery(tx: &mut Tx, cx: &Cx, email: &EmailAddress, mailing: Mailing) -> Result<()> {
    send(tx, cx, Purpose::Discovery, Template::Discovery, Addressee::Anybody, email, mailing)
}

fn send(
    tx: &mut Tx,
    cx: &Cx,
    purpose: Purpose,
    template: Template,
    addressee: Addressee,
    email: &EmailAddress,
    mailing: Mailing,
) -> Result<()> {
    let Mailing { redirect_url, pkce_code_challenge, locale, inviter, minutes } = mailing;
    let envelope = Envelope::address(tx, cx, addressee, email)?;
    let new = New {
        purpose,
        organization: addressee.organization().map(|organization| &organization.organization_id),
        member: addressee.member(),
        email,
        redirect_url,
        pkce_code_challenge,
        session: None,
        impersonator: None,
        minutes,
    };
    let organization = new.organization;
    let token = one_time_tokens::create(tx, cx, new)?;
    let code = match holds_code(cx, purpose, addressee) {
        true => Some(email_codes::create(
            tx,
            cx,
            email_codes::New {
                purpose,
                organization,
                member: addressee.member(),
                email,
                link_hash: Some(token.hash(cx.app.keys())),
                minutes: minutes.min(email_codes::USUAL_MINUTES),
                is_for_nobody: addressee.is_nobody(),
            },
        )?),
        false => None,
    };
    let link = Some(url(tx, cx, addressee.organization(), purpose, &token)?);
    envelope.send(tx, cx, Letter { template, locale, inviter, link, login_link: None, code, minutes })
}

/// Whether the mail holds a code too. A code is one of the ways to log in that an organization may not allow; whether a member
/// is exempt from that makes no difference, or the work would tell (threat T-45).
fn holds_code(cx: &Cx, purpose: Purpose, addressee: Addressee) -> bool {
    let allows_codes =
        |organization: &Organization| organization.settings.usable_auth_methods().contains(&AuthMethod::EmailOtp);
    cx.project().settings.code_in_magic_link_mails
        && matches!(purpose, Purpose::Login | Purpose::Discovery)
        && addressee.organization().is_none_or(allows_codes)
}

/// Makes a link: to the page of this server that leads on to the redirect URL.
pub(crate) fn make(tx: &mut Tx, cx: &Cx, organization: Option<&Organization>, new: New) -> Result<String> {
    let purpose = new.purpose;
    let token = one_time_tokens::create(tx, cx, new)?;
    url(tx, cx, organization, purpose, &token)
}

fn url(tx: &mut Tx, cx: &Cx, organization: Option<&Organization>, purpose: Purpose, token: &Token) -> Result<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("public_token", &projects::public_token(tx, cx)?);
    if let Some(organization) = organization {
        query.append_pair("slug", &organization.organization_slug);
    }
    query.append_pair("stytch_token_type", super::redirect::token_type(purpose));
    query.append_pair("token", &token.to_text());
    Ok(format!("{}/v1/magic_links/redirect?{}", cx.app.public_url(), query.finish()))
}
