//! Nobody's mailbox is flooded: a bound on the mails that one address gets.

use crate::email_address::EmailAddress;
use crate::error::{ApiError, Result};
use crate::id::ProjectId;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter, clock::DefaultClock};
use std::num::NonZeroU32;

/// Mails to one address in a minute, on one node. High enough that a person never meets it.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(30).unwrap();

type Key = (ProjectId, String);

/// The mails sent to each address lately.
pub(crate) struct MailLimit(RateLimiter<Key, HashMapStateStore<Key>, DefaultClock>);

impl MailLimit {
    pub(crate) fn new() -> Self {
        Self(RateLimiter::hashmap(Quota::per_minute(PER_MINUTE)))
    }

    /// Counts one mail.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(super) fn count(&self, project: &ProjectId, email: &EmailAddress) -> Result<()> {
        let key = (project.clone(), email.as_str().to_owned());
        self.0.check_key(&key).map_err(|_| ApiError::TooManyRequests.into())
    }

    /// Forgets addresses that have had none for a while.
    pub(crate) fn forget_old(&self) {
        self.0.retain_recent();
    }
}
