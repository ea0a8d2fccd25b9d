//! Passkeys (Web Authentication): registering, using, naming and removing them.

mod authentication;
mod challenge;
mod credential;
mod handle;
mod options;
mod registration;
mod relying_party;
mod upkeep;
mod view;

pub use relying_party::is_domain;

use frame::Endpoint;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [registration::endpoints(), authentication::endpoints(), upkeep::endpoints()].into_iter().flatten().collect()
}

/// How many passkeys a member has at most.
const MOST: usize = 20;
