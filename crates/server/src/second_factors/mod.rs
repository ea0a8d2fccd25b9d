//! Second factors: setting them up, proving and removing them.

mod completing;
mod holder;
mod notice;
mod removal;
mod sms;
mod totp;

pub(crate) use completing::{CompletingInput, Enrollment, Wishes};
pub(crate) use holder::{Begun, HOLDER, HolderInput, require_proof_of_the_other};
pub(crate) use notice::tell;
pub(crate) use totp::qr_code;

use foundation::tables::Table;
use frame::Endpoint;

/// The tables of this subject.
pub(crate) const TABLES: &[Table] = totp::TABLES;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [sms::endpoints(), totp::endpoints(), removal::endpoints()].into_iter().flatten().collect()
}
