//! Codes by mail: six digits that prove that the person reads mail at the address. Only the newest of an address counts, once,
//! for minutes, and for what it was mailed for. How often a wrong one may be tried is the business of [`crate::attempts`]: its
//! count survives new codes, so a code needs none of its own (threat T-34).

mod authenticate;
mod code;
mod endpoints;
mod send;
mod store;

pub(crate) use code::{LinkUsed, New, USUAL_MINUTES, create, delete_of_purpose, is_on_its_way_to_another, link_used};
pub(crate) use endpoints::endpoints;
pub(crate) use send::{Mailing, send_email_update};
pub(crate) use store::TABLES;

use code::{EmailCode, Place};
