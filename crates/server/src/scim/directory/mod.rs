//! What a directory has sent: users, groups, and who is in which.

mod store;

pub(super) use store::{KEPT, TABLES, groups_after, named};
