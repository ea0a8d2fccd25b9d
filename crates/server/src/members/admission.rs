//! Whom members let in.

use super::Member;
use crate::organizations::Organization;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Result};

/// Whether the acting member, if there is one, may let this address in: whoever makes an account for it, or gives it one,
/// brings in a person as an invitation does.
///
/// # Errors
/// `invalid_email_for_invites`.
pub(crate) fn require_admission(cx: &Cx, organization: &Organization, email: &EmailAddress) -> Result<()> {
    match cx.acting.is_none() || organization.settings.lets_domain_be_invited(&domain_of(email)?) {
        true => Ok(()),
        false => Err(ApiError::InvalidEmailForInvites.into()),
    }
}

/// The same for the new address of a member, which may be their own: then it suffices that they could join with it.
///
/// # Errors
/// `invalid_email_for_invites`.
pub(crate) fn require_admission_of(
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    email: &EmailAddress,
) -> Result<()> {
    if cx.is_oneself(&member.member_id) && organization.settings.lets_domain_join(&domain_of(email)?) {
        return Ok(());
    }
    require_admission(cx, organization, email)
}

fn domain_of(email: &EmailAddress) -> Result<EmailDomain> {
    EmailDomain::parse(email.domain()).map_err(|_| ApiError::InvalidEmailForInvites.into())
}
