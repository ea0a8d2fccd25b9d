//! Mailing codes.

use super::code::{self, New, USUAL_MINUTES};
use crate::mailing::{self, Addressee, Envelope, Letter, Recipient};
use crate::members::Member;
use crate::one_time_tokens::Purpose;
use crate::organizations::Organization;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use mail::{Locale, Template};
use std::ops::RangeInclusive;

/// For how many minutes a code may work.
pub(super) const MINUTES: RangeInclusive<i64> = 2..=15;

/// Minutes that a code works.
pub(super) fn minutes(given: Option<i64>) -> Result<i64> {
    mailing::minutes(given, USUAL_MINUTES, &MINUTES)
}

/// How a code is to be mailed.
pub(crate) struct Mailing {
    pub(crate) locale: Locale,
    /// That the code works.
    pub(crate) minutes: i64,
}

/// Mails a code for logging in.
pub(super) fn send_login(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    email: &EmailAddress,
    recipient: &Recipient,
    mailing: Mailing,
) -> Result<()> {
    let template = if recipient.logs_in() { Template::LoginCode } else { Template::SignupCode };
    send(tx, cx, Purpose::Login, template, recipient.addressee(organization), email, mailing)
}

/// Mails a code for discovery. Whether the address has an account anywhere makes no difference.
pub(super) fn send_discovery(tx: &mut Tx, cx: &Cx, email: &EmailAddress, mailing: Mailing) -> Result<()> {
    send(tx, cx, Purpose::Discovery, Template::DiscoveryCode, Addressee::Anybody, email, mailing)
}

/// Mails a code to a member's new address.
pub(crate) fn send_email_update(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    email: &EmailAddress,
    mailing: Mailing,
) -> Result<()> {
    let addressee = Addressee::Stranger(organization, Some(member));
    send(tx, cx, Purpose::EmailUpdate, Template::EmailUpdateCode, addressee, email, mailing)
}

fn send(
    tx: &mut Tx,
    cx: &Cx,
    purpose: Purpose,
    template: Template,
    addressee: Addressee,
    email: &EmailAddress,
    Mailing { locale, minutes }: Mailing,
) -> Result<()> {
    let envelope = Envelope::address(tx, cx, addressee, email)?;
    let new = New {
        purpose,
        organization: addressee.organization().map(|organization| &organization.organization_id),
        member: addressee.member(),
        email,
        link_hash: None,
        minutes,
        is_for_nobody: addressee.is_nobody(),
    };
    let code = Some(code::create(tx, cx, new)?);
    envelope.send(tx, cx, Letter { template, locale, inviter: None, link: None, login_link: None, code, minutes })
}
