//! Domains that an organization shows to be its own by a record in their DNS (threat T-26).
//!
//! What is shown is the claim that the app's backend can make, too (`claimed_email_domains`): whoever has an address in a claimed
//! domain can only be a member of an organization that has claimed it, and what the organization's own identity provider says of such
//! an address counts. The value of the record is another for each organization, so each has to be let in by whoever keeps the
//! domain; where several are, all have the claim. The record is looked for again while the claim stands, and the claim ends when
//! it is not there any more.

mod lookup;
mod operations;
mod store;
mod worker;

pub(crate) use lookup::{challenge, record_name};
pub(crate) use operations::{all, begin, check, remove};
pub(crate) use store::TABLES;
pub(crate) use worker::check_due;

use database::{Timestamp, row};
use foundation::id::OrganizationId;

/// A domain that an organization shows, or wants to show, to be its own.
#[derive(Debug, Clone)]
pub(crate) struct DomainProof {
    pub(crate) organization_id: OrganizationId,
    pub(crate) domain: String,
    /// When the record was seen; `None` until it is.
    pub(crate) verified_at: Option<Timestamp>,
    /// Since when it is not there any more.
    pub(crate) missing_since: Option<Timestamp>,
    /// Whether the organization has its claim by this, and not by the app's backend.
    has_claimed: bool,
    pub(crate) checked_at: Option<Timestamp>,
    /// What was found when it was last looked for, in a sentence; empty where it was as it should be.
    pub(crate) finding: String,
}
row!(DomainProof { organization_id, domain, verified_at, missing_since, has_claimed, checked_at, finding });
