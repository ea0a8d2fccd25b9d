//! Codes by text message. Only the newest of a member counts, for two minutes, and once.

mod store;
mod wording;

pub(crate) use store::TABLES;
pub(crate) use wording::TextLocale;

use crate::members::Member;
use crate::outbox::{self, Message, Parcel, Text};
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::keys::{Purpose, equal};
use foundation::one_time_code;
use foundation::phone_number::PhoneNumber;
use foundation::time;

/// Minutes that a code works.
const LIFETIME: i64 = 2;

/// What can be wrong with sending one.
pub(crate) const SEND: &[ApiError] = &[ApiError::InvalidPhoneNumber, ApiError::InvalidPhoneNumberCountryCode];

/// Sends a code to a member's number, in the place of the one before.
///
/// # Errors
/// [`SEND`], and `too_many_requests`.
pub(crate) fn send(tx: &mut Tx, cx: &Cx, member: &Member, number: &PhoneNumber, locale: TextLocale) -> Result<()> {
    let country = number.country().filter(|country| cx.project().settings.sms_countries.contains(country));
    let country = country.ok_or(ApiError::InvalidPhoneNumberCountryCode)?;
    let is_proven = member.mfa_phone_number_verified && member.mfa_phone_number == number.as_str();
    outbox::count_text(tx, cx, &member.organization_id, &member.member_id, number.as_str(), &country, is_proven)?;
    let code = one_time_code::draw()?;
    let stored = store::Stored {
        phone_number: number.as_str().to_owned(),
        code_hash: hash(cx, member, number.as_str(), &code),
        expires_at: time::after_minutes(cx.now(), LIFETIME),
        used_at: None,
    };
    store::replace(tx, &member.project_id, &member.organization_id, &member.member_id, &stored, cx.now())?;
    let body = locale.text(&code, &cx.project().name);
    let parcel = Parcel {
        message: Message::Text(Text { to: number.as_str().to_owned(), body }),
        organization: Some(&member.organization_id),
        useful_until: stored.expires_at,
    };
    let told = Change::of("phone_number", &(), &number.as_str());
    audit::record(
        tx,
        cx,
        "sms_code.send",
        Whose::Member(&member.organization_id, &member.member_id),
        &member.member_id,
        told,
    )?;
    outbox::send(tx, cx, &parcel)
}

/// A code is good for one member and one number.
fn hash(cx: &Cx, member: &Member, number: &str, code: &str) -> Vec<u8> {
    let bound = [member.organization_id.as_str(), member.member_id.as_str(), number, code].join("\0");
    cx.app.keys().hash(Purpose::SmsCode, bound.as_bytes()).to_vec()
}

/// A code that was sent.
pub(crate) struct Sent {
    stored: store::Stored,
}

/// What is said of a code that somebody typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    /// It was right, and is used or too old.
    Over,
    Wrong,
}

/// The code that was last sent to a member.
pub(crate) fn find(tx: &mut Tx, member: &Member) -> Result<Option<Sent>> {
    Ok(store::find(tx, &member.organization_id, &member.member_id)?.map(|stored| Sent { stored }))
}

/// Forgets what was sent to a member.
pub(crate) fn forget(tx: &mut Tx, member: &Member) -> Result<()> {
    store::delete(tx, &member.organization_id, &member.member_id)
}

impl Sent {
    /// Where to, in E.164.
    pub(crate) fn phone_number(&self) -> &str {
        &self.stored.phone_number
    }

    /// Judges a code, without noting anything.
    pub(crate) fn check(&self, cx: &Cx, member: &Member, code: &str) -> Verdict {
        let is_right = equal(&self.stored.code_hash, &hash(cx, member, &self.stored.phone_number, code));
        match is_right {
            false => Verdict::Wrong,
            true if self.stored.used_at.is_some() || self.stored.expires_at <= cx.now() => Verdict::Over,
            true => Verdict::Right,
        }
    }

    /// Notes that it is used.
    ///
    /// # Errors
    /// `unable_to_auth_otp_code` when another request was faster.
    pub(crate) fn use_up(&self, tx: &mut Tx, cx: &Cx, member: &Member) -> Result<()> {
        let (organization, hash) = (&member.organization_id, &self.stored.code_hash);
        match store::use_up(tx, organization, &member.member_id, hash, cx.now())? {
            true => Ok(()),
            false => Err(Error::from(ApiError::UnableToAuthOtpCode)),
        }
    }
}
