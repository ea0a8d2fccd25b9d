//! The cookies of projects that keep sessions away from scripts: each project has its own.

use database::Timestamp;
use foundation::time::seconds_until;
use frame::{Cookie, Jar};

pub(crate) const SESSION: &str = "__Host-guildhall_session";
const SESSION_JWT: &str = "__Host-guildhall_session_jwt";
pub(crate) const INTERMEDIATE: &str = "__Host-guildhall_intermediate_session";

/// The cookies of a session that has begun or goes on. A login that went on has ended in it.
pub(crate) fn of_session(jar: &Jar, token: String, jwt: String, expires_at: Timestamp, now: Timestamp) -> Vec<Cookie> {
    let seconds = seconds_until(expires_at, now);
    vec![jar.keep(SESSION, token, seconds), jar.keep(SESSION_JWT, jwt, seconds), jar.end(INTERMEDIATE)]
}

/// The cookie of a login that goes on.
pub(crate) fn of_login(jar: &Jar, token: String, expires_at: Timestamp, now: Timestamp) -> Vec<Cookie> {
    let seconds = seconds_until(expires_at, now);
    vec![jar.keep(INTERMEDIATE, token, seconds), jar.end(SESSION), jar.end(SESSION_JWT)]
}

/// Ends those of a session.
pub(crate) fn without_session(jar: &Jar) -> Vec<Cookie> {
    [SESSION, SESSION_JWT].map(|kind| jar.end(kind)).into()
}

/// Ends all of them.
pub(crate) fn ended(jar: &Jar) -> Vec<Cookie> {
    [SESSION, SESSION_JWT, INTERMEDIATE].map(|kind| jar.end(kind)).into()
}
