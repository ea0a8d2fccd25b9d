//! Certificates of connections to identity providers that are about to end: whoever can do something about it is told by mail, a
//! month, a week and a day before, once each.

mod ending;
mod store;
mod warning;

pub(crate) use store::TABLES;
pub(crate) use warning::warn;
