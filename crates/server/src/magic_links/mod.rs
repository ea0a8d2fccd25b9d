//! Email magic links: a mailed link proves that the person reads mail at the address.

mod authenticate;
mod endpoints;
mod link;
mod pkce;
mod rate_limit;
mod send;
mod store;

pub(crate) use authenticate::redirect;
pub(crate) use endpoints::endpoints;
pub(crate) use rate_limit::MailLimit;
pub(crate) use send::{EmailUpdate, start_email_update};
pub(crate) use store::CLEAN;

use crate::error::Result;
use crate::id::{MemberId, OrganizationId};
use database::Tx;

/// Ends all outstanding links of a member.
pub(crate) fn revoke_all_of(tx: &mut Tx, organization: &OrganizationId, member: &MemberId) -> Result<()> {
    store::delete_of_member(tx, organization, member)
}

/// Ends all outstanding links of an organization that is being deleted.
pub(crate) fn purge(tx: &mut Tx, organization: &OrganizationId) -> Result<()> {
    store::purge(tx, organization)
}
