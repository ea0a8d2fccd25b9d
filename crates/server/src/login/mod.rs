//! Logging in: from proven factors to a session, or to what is still missing.

pub(crate) mod decision;
mod factor;
mod finish;
mod intermediate;
mod store;

pub(crate) use factor::Factor;
pub(crate) use finish::{AuthResponse, Evidence, Outcome, TERMS_ERRORS, Terms, TermsInput, finish};
pub(crate) use finish::{MfaRequired, PrimaryRequired, missing};
pub(crate) use intermediate::IntermediateSession;
pub(crate) use store::CLEAN;

use crate::error::Result;
use crate::id::{OrganizationId, ProjectId};
use database::Tx;

/// Forgets intermediate sessions that were begun in an organization that is being deleted.
pub(crate) fn purge(tx: &mut Tx, project: &ProjectId, organization: &OrganizationId) -> Result<()> {
    store::purge(tx, project, organization)
}
