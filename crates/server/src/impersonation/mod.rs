//! Acting in a member's place: an operator begins it, on the dashboard or the command line, and says why, and the app turns what they
//! get there into a session that says who it is. It opens nothing that would outlive it (threat T-50).

mod endpoints;
mod operations;

pub(crate) use endpoints::endpoints;
pub(crate) use operations::{BEGIN, Begin, MINUTES, Reason, begin, urls};
