//! Where a browser goes on to in a login that goes on elsewhere.

mod elsewhere;
mod failed;

pub(super) use elsewhere::elsewhere;
pub(super) use failed::failed;
