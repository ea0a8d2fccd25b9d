//! A code and what is stored of it.

use super::store;
use crate::members::Member;
use crate::one_time_tokens::{self, Purpose};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, OrganizationId};
use foundation::keys::{self, Keys, equal, random};
use foundation::one_time_code;
use foundation::time;

/// For how many minutes a code works unless asked otherwise.
pub(crate) const USUAL_MINUTES: i64 = 10;

/// A code, as it is stored: everything but the code itself.
pub(super) struct EmailCode {
    pub(super) hash: [u8; 32],
    pub(super) purpose: Purpose,
    pub(super) member_id: Option<MemberId>,
    /// How often all sessions of the member had been ended.
    pub(super) generation: Option<i64>,
    /// The link that stands in the same mail.
    pub(super) link_hash: Option<[u8; 32]>,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

/// Where a code counts, and for whom.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The organization, or for discovery the project.
    pub(super) scope: &'a str,
    pub(super) email: &'a EmailAddress,
}

impl<'a> Place<'a> {
    pub(super) fn of(cx: &'a Cx, organization: Option<&'a OrganizationId>, email: &'a EmailAddress) -> Self {
        Self { scope: organization.map_or(cx.project().id.as_str(), OrganizationId::as_str), email }
    }

    /// The keyed hash of what somebody says the code is. All that it is bound to is part of it, so a row that gets to another
    /// place opens nothing there (threat T-32).
    fn hash(self, keys: &Keys, purpose: Purpose, digits: &str) -> [u8; 32] {
        let bound = [self.scope, self.email.as_str(), purpose.as_str(), digits].join("\0");
        keys.hash(keys::Purpose::EmailCode, bound.as_bytes())
    }
}

/// A code to be made.
pub(crate) struct New<'a> {
    pub(crate) purpose: Purpose,
    /// `None` for discovery.
    pub(crate) organization: Option<&'a OrganizationId>,
    pub(crate) member: Option<&'a Member>,
    pub(crate) email: &'a EmailAddress,
    /// The hash of the link that goes in the same mail.
    pub(crate) link_hash: Option<[u8; 32]>,
    /// That it can be used.
    pub(crate) minutes: i64,
    /// Whether anybody gets to read it. To nobody everything happens as to somebody, but nothing that could be guessed lets them
    /// in.
    pub(crate) is_for_nobody: bool,
}

/// Makes and stores a code, in the place of the one before.
pub(crate) fn create(tx: &mut Tx, cx: &Cx, new: New) -> Result<mail::Code> {
    let digits = one_time_code::draw()?;
    let place = Place::of(cx, new.organization, new.email);
    let stored = EmailCode {
        hash: match new.is_for_nobody {
            true => random()?,
            false => place.hash(cx.app.keys(), new.purpose, &digits),
        },
        purpose: new.purpose,
        member_id: new.member.map(|member| member.member_id.clone()),
        // A code that nobody gets is like any other (threat T-45).
        generation: new.organization.map(|_| new.member.map_or(0, |member| member.session_generation)),
        link_hash: new.link_hash,
        expires_at: time::after_minutes(cx.now(), new.minutes),
        used_at: None,
    };
    store::replace(tx, &cx.project().id, place, &stored, cx.now())?;
    Ok(mail::Code { digits, expires_in_minutes: new.minutes })
}

/// Whether somebody could have been mailed this.
///
/// # Errors
/// `invalid_code`.
pub(super) fn check_form(digits: &str) -> Result<()> {
    if one_time_code::fits(digits) { Ok(()) } else { Err(ApiError::InvalidCode.into()) }
}

/// The code of a place, if these are its digits; the same work whether there is one or not (threats T-34, T-45).
pub(super) fn find(tx: &mut Tx, cx: &Cx, place: Place, digits: &str) -> Result<Option<EmailCode>> {
    let stored = store::find(tx, &cx.project().id, place)?;
    let purpose = stored.as_ref().map_or(Purpose::Login, |code| code.purpose);
    let shown = place.hash(cx.app.keys(), purpose, digits);
    let hash = stored.as_ref().map_or([0; 32], |code| code.hash);
    Ok(stored.filter(|_| equal(&hash, &shown)))
}

/// Uses a code up that this transaction has found, and the link that was mailed along. Of any number of requests at once exactly
/// one does: the others are in conflict with it, run again, and find it used (threat T-31).
///
/// # Errors
/// `unable_to_auth_otp_code` when it was used or has expired.
pub(super) fn consume(tx: &mut Tx, cx: &Cx, place: Place, code: &EmailCode) -> Result<()> {
    if code.used_at.is_some() || code.expires_at <= cx.now() {
        return Err(ApiError::UnableToAuthOtpCode.into());
    }
    store::consume(tx, &cx.project().id, place, cx.now())?;
    match &code.link_hash {
        Some(hash) => one_time_tokens::use_up(tx, cx, place.scope, hash),
        None => Ok(()),
    }
}

/// A link that was used: the code that was mailed along is used with it.
pub(crate) struct LinkUsed<'a> {
    /// `None` for discovery.
    pub(crate) organization: Option<&'a OrganizationId>,
    pub(crate) email: &'a EmailAddress,
    pub(crate) hash: &'a [u8; 32],
}

/// Uses up the code that was mailed along with a link.
pub(crate) fn link_used(tx: &mut Tx, cx: &Cx, link: LinkUsed) -> Result<()> {
    let place = Place::of(cx, link.organization, link.email);
    store::consume_of_link(tx, &cx.project().id, place, link.hash, cx.now())
}

/// Whether a code of this purpose for this address is on its way to another member.
pub(crate) fn is_on_its_way_to_another(
    tx: &mut Tx,
    cx: &Cx,
    purpose: Purpose,
    member: &Member,
    email: &EmailAddress,
) -> Result<bool> {
    let place = Place::of(cx, Some(&member.organization_id), email);
    let code = store::find(tx, &cx.project().id, place)?;
    Ok(code.is_some_and(|code| {
        code.purpose == purpose
            && code.member_id.as_ref() != Some(&member.member_id)
            && code.used_at.is_none()
            && code.expires_at > cx.now()
    }))
}

/// Ends the member's codes of a purpose: what is newer replaces them, whatever address it goes to.
pub(crate) fn delete_of_purpose(tx: &mut Tx, member: &Member, purpose: Purpose) -> Result<()> {
    store::delete_of_purpose(tx, &member.organization_id, &member.member_id, purpose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t34_codes_are_six_digits_and_spread() {
        let codes: std::collections::HashSet<_> = (0..1000).map(|_| one_time_code::draw().unwrap()).collect();
        assert!(codes.iter().all(|code| check_form(code).is_ok()));
        // Of 1000 fair draws out of a million, half a pair is alike on average; 20 would be a wonder.
        assert!(codes.len() > 980, "{}", codes.len());
        assert!((b'0'..=b'9').all(|digit| codes.iter().any(|code| code.as_bytes()[0] == digit)));
    }

    #[test]
    fn t40_what_is_not_six_digits_is_no_code() {
        for text in ["", "12345", "1234567", "12345a", "-12345", " 12345", "123 456", "１２３４５６", "12345\n"] {
            assert!(check_form(text).is_err(), "{text:?}");
        }
    }
}
