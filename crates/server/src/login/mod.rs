//! Logging in: from proven factors to a session, or to what is still missing.

mod exchange;
mod finish;
mod intermediate;
mod missing;
mod outcome;
mod store;

pub(crate) use exchange::endpoints;
pub(crate) use finish::{Evidence, LOGIN, finish};
pub(crate) use intermediate::IntermediateSession;
pub(crate) use missing::{MfaRequired, PrimaryRequired, missing};
pub(crate) use outcome::Outcome;
pub(crate) use store::TABLES;
