//! Email magic links: a mailed link proves that the person reads mail at the address. The link leads to a page of this
//! server that consumes nothing; only the app's call with the token does (threat T-30).

mod authenticate;
mod email_update;
mod endpoints;
mod invite;
mod link;
mod redirect;

pub(crate) use endpoints::endpoints;
pub(crate) use invite::{Invite, invite_member};
pub(crate) use link::{ASKED, MINUTES, make};
pub(crate) use redirect::target;
