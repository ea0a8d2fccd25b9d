//! Telling a member by mail what has become of their second factors (threat T-38).

use crate::members::{self, Member};
use crate::organizations::{MfaMethod, Organization};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::Result;
use mail::Template;

/// Tells of each method that a member has come to have, or has no more.
pub(super) fn tell_of_change(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    before: &Member,
    after: &Member,
) -> Result<()> {
    for method in MfaMethod::ALL {
        match (before.has_mfa_method(*method), after.has_mfa_method(*method)) {
            (false, true) => tell(tx, cx, Template::SecondFactorAdded, organization, after)?,
            (true, false) => tell(tx, cx, Template::SecondFactorRemoved, organization, after)?,
            _ => {}
        }
    }
    Ok(())
}

/// Who has never proven the address hears of nothing.
pub(crate) fn tell(
    tx: &mut Tx,
    cx: &Cx,
    template: Template,
    organization: &Organization,
    member: &Member,
) -> Result<()> {
    if !member.email_address_verified {
        return Ok(());
    }
    members::notify(tx, cx, template, Some(organization), &member.email_address, Some(&member.name))
}
