//! Changing a member's address.

use super::{Member, RetiredEmail, Status, operations, store};
use crate::email_address::EmailAddress;
use crate::error::{ApiError, Result};
use crate::http::{Caller, Cx};
use crate::id::{EmailId, SessionId};
use crate::organizations::{self, Organization};
use crate::redirect_urls::{self, Flow};
use crate::{magic_links, mail, outbox, sessions};
use database::Tx;

/// Gives a member a new address. The old one is retired, or forgotten with `unlink`; an address that was retired
/// comes back. Sessions, other than the one given, and outstanding links end, and the old address is told (T-38).
pub(crate) fn change_email<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: &Organization,
    member: &mut Member,
    new: EmailAddress,
    how: EmailChange,
) -> Result<()> {
    if new == member.email_address {
        return Ok(());
    }
    let id = &organization.organization_id;
    organizations::check_claimed(tx, cx.project(), Some(id), &new)?;
    let before = member.clone();
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
    member.email_address_verified = how.verified;
    operations::save(tx, cx.now(), organization, &before, member)?;
    sessions::revoke_all_of(tx, member, how.keep_session.as_ref())?;
    magic_links::revoke_all_of(tx, id, &member.member_id)?;
    notify_old_address(tx, cx, organization, &before)
}

/// The circumstances of a change of address.
#[derive(Default)]
pub(crate) struct EmailChange {
    /// The member has proven to read mail at the new address.
    pub(crate) verified: bool,
    /// Forget the old address instead of reserving it.
    pub(crate) unlink: bool,
    pub(crate) keep_session: Option<SessionId>,
}

/// Whether the member may take the address.
pub(super) fn check_free(
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
fn notify_old_address<C: Caller>(tx: &mut Tx, cx: &Cx<C>, organization: &Organization, before: &Member) -> Result<()> {
    if !before.email_address_verified || before.status != Status::Active {
        return Ok(());
    }
    let link =
        redirect_urls::choose(tx, cx.project(), Flow::Login, None).unwrap_or_else(|_| cx.app.public_url().to_owned());
    outbox::send(
        tx,
        cx,
        &outbox::Mail {
            to: before.email_address.to_string(),
            template: mail::Template::EmailChanged,
            locale: mail::Locale::default(),
            context: mail::Context {
                project_name: cx.project().name.clone(),
                organization_name: Some(organization.organization_name.clone()),
                member_name: Some(before.name.clone()).filter(|name| !name.is_empty()),
                link,
                expires_in_minutes: 0,
            },
        },
    )
}
