//! The browser that a login has begun in. What comes back from an identity provider counts only there: nobody finishes a
//! login in another's browser (threat T-28).

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use foundation::error::{ApiError, Error, Result};
use foundation::keys::{Keys, Purpose, equal};
use foundation::project::Project;
use frame::{Cookie, Head, Jar};

/// Identity providers post to us from their own site.
const COOKIE: &str = "__Host-guildhall_sso";
/// Characters of its value.
const LENGTH: usize = 32;
/// Seconds that it is kept: as long as a login may take.
const KEPT: i64 = super::MINUTES * 60;

/// What tells one browser from another: all its logins within a few minutes have it in common.
#[derive(Clone)]
pub(crate) struct Browser(String);

impl Browser {
    /// The one that sends the request, if a login has begun in it lately.
    pub(crate) fn of(head: &Head, project: &Project) -> Option<Self> {
        let value = head.cookie(&Jar::of(&project.id).name(COOKIE))?;
        let is_ours = value.len() == LENGTH && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| Self(value.to_owned()))
    }

    /// One in which none has.
    pub(crate) fn new() -> Result<Self> {
        let mut bytes = [0; LENGTH / 2];
        rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
        Ok(Self(HEXLOWER.encode(&bytes)))
    }

    /// What is stored of it.
    pub(crate) fn hash(&self, keys: &Keys) -> [u8; 32] {
        keys.hash(Purpose::Token, self.0.as_bytes())
    }

    /// Has the browser keep it.
    pub(crate) fn cookie(&self, project: &Project) -> Cookie {
        Jar::of(&project.id).keep_across_sites(COOKIE, self.0.clone(), KEPT)
    }
}

/// Whether the login was begun in this browser.
///
/// # Errors
/// The first of the two without any cookie, the second with another's.
pub(crate) fn check(
    keys: &Keys,
    begun_in: &[u8],
    sent_from: Option<&Browser>,
    (missing, mismatch): (ApiError, ApiError),
) -> Result<()> {
    let browser = sent_from.ok_or(missing)?;
    if equal(&browser.hash(keys), begun_in) { Ok(()) } else { Err(mismatch.into()) }
}
