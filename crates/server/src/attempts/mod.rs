//! Proofs that can be guessed, and how often they may be: failures in a row are counted in the database, so that any number of
//! servers count as one, over all methods, new codes and addresses of clients (threat T-34).
//!
//! A lock refuses to look at what could be guessed. What cannot be (a mailed link, an account elsewhere) it never refuses, nor
//! does it end a session: otherwise whoever knows an address could keep its owner out.

mod endpoints;
mod limits;
mod lock;
mod mail;
mod store;
mod unlocking;

pub(crate) use endpoints::endpoints;
pub(crate) use lock::{end_locks, end_of_primary};
pub(crate) use store::TABLES;
pub(crate) use unlocking::{Unlocking, unlock, unlocking};

use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{MemberId, OrganizationId};
use foundation::time;
use store::Key;

/// Whose proofs are counted together.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// First factors of an address in an organization. Whether a member has it makes no difference (threat T-45).
    Primary { organization: &'a OrganizationId, email: &'a EmailAddress },
    /// Second factors of a member.
    Second { organization: &'a OrganizationId, member: &'a MemberId },
    /// First factors of an address in the whole project.
    Discovery { email: &'a EmailAddress },
}

impl<'a> Target<'a> {
    fn organization(&self) -> Option<&'a OrganizationId> {
        match self {
            Target::Primary { organization, .. } | Target::Second { organization, .. } => Some(organization),
            Target::Discovery { .. } => None,
        }
    }

    fn key(&self, cx: &'a Cx) -> Key<'a> {
        let project = &cx.project().id;
        match self {
            Target::Primary { organization, email } => {
                Key { project, scope: organization.as_str(), kind: "primary", subject: email.as_str() }
            }
            Target::Second { organization, member } => {
                Key { project, scope: organization.as_str(), kind: "second", subject: member.as_str() }
            }
            Target::Discovery { email } => {
                Key { project, scope: project.as_str(), kind: "primary", subject: email.as_str() }
            }
        }
    }
}

/// What whoever takes a proof that can be guessed may answer besides.
pub(crate) const ATTEMPTS: &[ApiError] = &[ApiError::UserLockLimitReached];

/// Whether another proof is looked at: asked before one is, and again in the transaction that tells how it was found.
///
/// # Errors
/// `user_lock_limit_reached` while there is a lock, `too_many_requests` when too many proofs of this client or in this project
/// have failed within the minute.
pub(crate) fn check(tx: &mut Tx, cx: &Cx, target: &Target) -> Result<()> {
    limits::check(tx, cx)?;
    match locked_until(tx, cx, target)? {
        Some(until) => Err(Error::Locked(time::seconds_to_wait(until, cx.now()))),
        None => Ok(()),
    }
}

/// When the lock ends that these proofs are under now.
pub(crate) fn locked_until(tx: &mut Tx, cx: &Cx, target: &Target) -> Result<Option<Timestamp>> {
    let counted = store::find(tx, &target.key(cx))?;
    Ok(counted.and_then(|counted| counted.locked_until).filter(|until| *until > cx.now()))
}

/// A proof has failed: counts it, and locks if there were too many in a row. Answers the error to refuse with, which keeps what
/// was counted.
pub(crate) fn failed(tx: &mut Tx, cx: &Cx, target: &Target, error: ApiError) -> Result<Error> {
    limits::count(tx, cx)?;
    let settings = &cx.project().settings;
    let (key, now) = (target.key(cx), cx.now());
    let failures = store::count(tx, &key, time::after_minutes(now, -settings.lock_minutes), now)?;
    if failures >= settings.lock_threshold {
        lock::begin(tx, cx, target)?;
    }
    Ok(Error::from(error).kept())
}

/// A proof was right: the count begins anew.
pub(crate) fn succeeded(tx: &mut Tx, cx: &Cx, target: &Target) -> Result<()> {
    store::forget(tx, &target.key(cx))
}
