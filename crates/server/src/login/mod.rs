//! Logging in: from proven factors to a session, or to what is still missing.

mod accounts;
mod exchange;
mod finish;
mod handover;
mod impersonate;
mod intermediate;
mod missing;
mod numbers;
mod outcome;
mod store;

pub(crate) use accounts::{member_of_accounts, memberships_of_accounts, name_accounts, tenants_of_accounts};
pub(crate) use exchange::endpoints;
pub(crate) use finish::{Evidence, LOGIN, finish};
pub(crate) use handover::{hand_over, take_over};
pub(crate) use impersonate::impersonate;
pub(crate) use intermediate::IntermediateSession;
pub(crate) use missing::{MfaRequired, PrimaryRequired, missing};
pub(crate) use numbers::kind_of_operation;
#[cfg(test)]
pub(crate) use numbers::method_of_operation;
pub(crate) use numbers::{refused, write as write_numbers};
pub(crate) use outcome::Outcome;
pub(crate) use store::TABLES;
