//! What happens when a password is set, in whatever way.

use crate::members::{self, Member, Status};
use crate::one_time_tokens;
use crate::organizations::Organization;
use crate::stored_passwords::{self, Holder};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::SessionId;
use mail::Template;

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
        let (email, name) = (&before.email_address, Some(before.name.as_str()));
        members::notify(tx, cx, Template::PasswordChanged, Some(organization), email, name)?;
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
    members::notify(tx, cx, Template::PasswordChanged, None, email, None)
}
