//! How many proofs may fail within a minute, whosever they are: of one client, and in a whole project. Minutes are those of the
//! clock. What a backend asks for is its own to limit; it alone knows its clients.

use super::store::{self, Key};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::time::{MINUTE, after_minutes, seconds_to_wait};

/// Of one client's address: an office may share one.
const OF_CLIENT: i64 = 100;
/// Of a project, in each of so many parts, so that those who fail at the same time do not wait for each other.
const OF_PART: i64 = 400;
const PARTS: usize = 16;

/// Whether this client may fail once more.
///
/// # Errors
/// `too_many_requests`.
pub(super) fn check(tx: &mut Tx, cx: &Cx) -> Result<()> {
    for (kind, subject, most) in counted(cx) {
        let found = store::find(tx, &key(cx, kind, &subject))?;
        if found.is_some_and(|found| found.failures >= most && found.last_failed_at >= minute(cx)) {
            let seconds = seconds_to_wait(after_minutes(minute(cx), 1), cx.now());
            return Err(Error::TooMany("Too many logins have failed within this minute.".into(), seconds));
        }
    }
    Ok(())
}

/// Counts a failure of this client.
pub(super) fn count(tx: &mut Tx, cx: &Cx) -> Result<()> {
    for (kind, subject, _) in counted(cx) {
        store::count(tx, &key(cx, kind, &subject), minute(cx), cx.now())?;
    }
    Ok(())
}

fn counted(cx: &Cx) -> Vec<(&'static str, String, i64)> {
    let Some(client) = cx.ip_address.filter(|_| cx.is_browser()) else { return Vec::new() };
    let part = client.to_string().bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    vec![("client", client.to_string(), OF_CLIENT), ("project", (part % PARTS).to_string(), OF_PART)]
}

fn key<'a>(cx: &'a Cx, kind: &'static str, subject: &'a str) -> Key<'a> {
    let project = &cx.project().id;
    Key { project, scope: project.as_str(), kind, subject }
}

/// When this minute began.
fn minute(cx: &Cx) -> Timestamp {
    Timestamp(cx.now().0.div_euclid(MINUTE) * MINUTE)
}
