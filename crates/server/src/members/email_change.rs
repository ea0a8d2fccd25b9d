//! Changing a member's address.

use super::{Member, RetiredEmail, Status, notify, operations, store};
use crate::organizations::{self, Organization};
use crate::stored_passwords;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::{EmailId, SessionId};

/// How many addresses that a member had are reserved for them. When there is one more, the oldest becomes free.
const RETIRED: usize = 20;

/// The circumstances of a change of address.
#[derive(Default)]
pub(crate) struct EmailChange {
    /// The member has proven to read mail at the new address.
    pub(crate) verified: bool,
    /// Forget the old address instead of reserving it.
    pub(crate) unlink: bool,
    pub(crate) keep_session: Option<SessionId>,
}

/// What can be wrong with a new address.
pub(crate) const CHANGE_EMAIL: &[ApiError] =
    &[ApiError::DuplicateMemberEmail, ApiError::DesiredEmailDeactivated, ApiError::EmailDomainIsClaimed];

/// Gives a member a new address. The old one is retired, or forgotten with `unlink`; an address that was retired
/// comes back. The password, sessions other than the one given, and outstanding links end, and the old address is told (T-38). Whatever
/// else differs from `before` is stored along with it.
///
/// # Errors
/// [`CHANGE_EMAIL`].
pub(crate) fn change_email(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: &Member,
    member: &mut Member,
    new: EmailAddress,
    how: EmailChange,
) -> Result<()> {
    if new == member.email_address {
        return operations::save(tx, cx, "member.update", organization, before, member);
    }
    let id = &organization.organization_id;
    organizations::check_claimed(tx, cx.project(), Some(id), &new)?;
    let old = RetiredEmail {
        email_id: std::mem::replace(&mut member.email_id, EmailId::new(cx.project().environment)),
        email_address: std::mem::replace(&mut member.email_address, new.clone()),
    };
    if let Some(at) = member.retired_email_addresses.iter().position(|retired| retired.email_address == new) {
        member.email_id = member.retired_email_addresses.remove(at).email_id;
    }
    if !how.unlink {
        member.retired_email_addresses.push(old);
    }
    let too_many = member.retired_email_addresses.len().saturating_sub(RETIRED);
    member.retired_email_addresses.drain(..too_many);
    member.email_address_verified = how.verified;
    take_password(tx, member)?;
    operations::save(tx, cx, "member.update", organization, before, member)?;
    operations::end_sessions(tx, cx, member, how.keep_session.as_ref())?;
    notify_old_address(tx, cx, organization, before)
}

/// A password goes with the address that its mails went to, and with the account. One of the address itself stays for where
/// else it is a member's.
pub(crate) fn take_password(tx: &mut Tx, member: &mut Member) -> Result<()> {
    member.member_password_id.clear();
    stored_passwords::delete_of_member(tx, &member.organization_id, &member.member_id)
}

/// Whether the member may take the address.
///
/// # Errors
/// [`CHANGE_EMAIL`].
pub(crate) fn check_free(
    tx: &mut Tx,
    organization: &Organization,
    member: &Member,
    email: &EmailAddress,
) -> Result<()> {
    match store::owner_of_email(tx, &organization.organization_id, email)? {
        Some((owner, _)) if owner == member.member_id => Ok(()),
        Some((_, kind)) if kind == "retired" => Err(ApiError::DesiredEmailDeactivated.into()),
        Some(_) => Err(ApiError::DuplicateMemberEmail.into()),
        None => Ok(()),
    }
}

/// Tells the address that `before` still has that it was replaced.
fn notify_old_address(tx: &mut Tx, cx: &Cx, organization: &Organization, before: &Member) -> Result<()> {
    if !before.email_address_verified || before.status != Status::Active {
        return Ok(());
    }
    let (email, name) = (&before.email_address, Some(before.name.as_str()));
    notify(tx, cx, mail::Template::EmailChanged, Some(organization), email, name)
}
