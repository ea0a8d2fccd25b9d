//! The cookies of projects that keep sessions away from scripts.

use database::Timestamp;
use frame::Cookie;

pub(crate) const SESSION: &str = "__Host-guildhall_session";
const SESSION_JWT: &str = "__Host-guildhall_session_jwt";
pub(crate) const INTERMEDIATE: &str = "__Host-guildhall_intermediate_session";

/// All of them.
pub(crate) const ALL: &[&str] = &[SESSION, SESSION_JWT, INTERMEDIATE];

/// The cookies of a session that has begun or goes on. A login that went on has ended in it.
pub(crate) fn of_session(token: String, jwt: String, expires_at: Timestamp, now: Timestamp) -> Vec<Cookie> {
    let seconds = (expires_at.0 - now.0) / 1_000_000;
    vec![
        Cookie { name: SESSION, value: token, seconds },
        Cookie { name: SESSION_JWT, value: jwt, seconds },
        Cookie::end(INTERMEDIATE),
    ]
}

/// The cookie of a login that goes on.
pub(crate) fn of_login(token: String, expires_at: Timestamp, now: Timestamp) -> Vec<Cookie> {
    let seconds = (expires_at.0 - now.0) / 1_000_000;
    vec![Cookie { name: INTERMEDIATE, value: token, seconds }, Cookie::end(SESSION), Cookie::end(SESSION_JWT)]
}

/// Ends all of them.
pub(crate) fn ended() -> Vec<Cookie> {
    ALL.iter().map(|name| Cookie::end(name)).collect()
}
