//! What happens when a password is set, in whatever way.

use crate::members::{self, Member, Status};
use crate::one_time_tokens;
use crate::organizations::Organization;
use crate::outbox::{self, Mail, Message, Parcel};
use crate::redirect_urls::{self, Flow};
use crate::stored_passwords::{self, Holder};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::SessionId;
use foundation::time;

/// Minutes that it is of use to tell somebody that their password was changed.
const NOTICE: i64 = 3 * 24 * 60;

/// A password that is set.
pub(super) struct NewPassword<'a> {
    /// As [`super::work::hash`] makes it.
    pub(super) hash: String,
    /// Whether who sets it has proven to read mail at the member's address.
    pub(super) is_verified: bool,
    /// The session that goes on.
    pub(super) keep: Option<&'a SessionId>,
}

/// Gives a member a password. All sessions end but the one to be kept, and everything that was mailed and not used yet;
/// where the password is that of the address, in all organizations. The member is told by mail (threat T-38).
pub(super) fn set(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    new: NewPassword,
) -> Result<()> {
    let before = member.clone();
    let holder = Holder::of(cx, &organization.organization_id, &member.member_id, &member.email_address);
    member.member_password_id = stored_passwords::set(tx, cx, &holder, new.hash)?.to_string();
    member.email_address_verified |= new.is_verified;
    members::save(tx, cx, "password.set", organization, &before, member)?;
    members::end_sessions(tx, cx, member, new.keep)?;
    if let Holder::Address(email) = &holder {
        end_elsewhere(tx, cx, email, Some(member))?;
    }
    // Who has never proven the address hears of it when they do.
    if before.email_address_verified && before.status == Status::Active {
        notify(tx, cx, Some(organization), &before.email_address, Some(&before.name))?;
    }
    Ok(())
}

/// Ends what the person of an address has in all organizations but that of a member.
pub(super) fn end_elsewhere(tx: &mut Tx, cx: &Cx, email: &EmailAddress, except: Option<&Member>) -> Result<()> {
    one_time_tokens::delete_password_resets_of_address(tx, cx, email)?;
    for (_, mut other) in members::memberships(tx, cx.project(), email)? {
        if except.is_none_or(|except| except.member_id != other.member_id) {
            members::end_sessions(tx, cx, &mut other, None)?;
        }
    }
    Ok(())
}

/// When what is proven together with a new password was proven: after everything ended that had been proven before.
pub(super) fn proven_at(cx: &Cx) -> Timestamp {
    Timestamp(cx.now().0 + 1)
}

/// Tells an address that its password was changed, in all organizations.
pub(super) fn tell(tx: &mut Tx, cx: &Cx, email: &EmailAddress) -> Result<()> {
    notify(tx, cx, None, email, None)
}

fn notify(
    tx: &mut Tx,
    cx: &Cx,
    organization: Option<&Organization>,
    email: &EmailAddress,
    name: Option<&str>,
) -> Result<()> {
    let mail = Mail {
        to: email.to_string(),
        template: mail::Template::PasswordChanged,
        locale: mail::Locale::default(),
        context: mail::Context {
            project_name: cx.project().name.clone(),
            organization_name: organization.map(|organization| organization.organization_name.clone()),
            member_name: name.map(str::to_owned).filter(|name| !name.is_empty()),
            link: redirect_urls::choose(tx, cx, Flow::Login, None).ok(),
            login_link: None,
            code: None,
            expires_in_minutes: 0,
        },
    };
    let parcel = Parcel {
        message: Message::Mail(mail),
        organization: organization.map(|organization| &organization.organization_id),
        useful_until: time::after_minutes(cx.now(), NOTICE),
    };
    outbox::send(tx, cx, &parcel)
}
