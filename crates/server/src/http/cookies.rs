//! The cookies of projects that keep sessions away from scripts. Their names carry `__Host-`, so no other host of the
//! domain can set or read them (RFC 6265bis, section 4.1.3; threat T-46).

use crate::http::Head;
use axum::http::{HeaderMap, HeaderValue, header};
use database::Timestamp;
use serde_json::{Map, Value};

pub(super) const SESSION: &str = "__Host-guildhall_session";
pub(super) const SESSION_JWT: &str = "__Host-guildhall_session_jwt";
pub(super) const INTERMEDIATE: &str = "__Host-guildhall_intermediate_session";

/// Seconds that an intermediate session lives.
const INTERMEDIATE_SECONDS: i64 = 600;

/// The value of a cookie of the request.
pub(super) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// Moves the tokens of an answer from its body into HttpOnly cookies.
pub(super) fn take_tokens(body: &mut Map<String, Value>, now: Timestamp) -> Vec<HeaderValue> {
    let mut cookies = Vec::new();
    let session = take(body, "session_token");
    let jwt = take(body, "session_jwt");
    let intermediate = take(body, "intermediate_session_token");
    if let (Some(session), Some(jwt)) = (session, jwt) {
        let seconds = session_seconds(body, now);
        cookies.push(cookie(SESSION, &session, seconds));
        cookies.push(cookie(SESSION_JWT, &jwt, seconds));
        cookies.push(cookie(INTERMEDIATE, "", 0));
    } else if let Some(intermediate) = intermediate {
        cookies.push(cookie(INTERMEDIATE, &intermediate, INTERMEDIATE_SECONDS));
        cookies.push(cookie(SESSION, "", 0));
        cookies.push(cookie(SESSION_JWT, "", 0));
    }
    cookies
}

/// Ends all of them.
pub(super) fn clear(head: &Head) -> Vec<HeaderValue> {
    [SESSION, SESSION_JWT, INTERMEDIATE]
        .into_iter()
        .filter(|name| read(&head.headers, name).is_some())
        .map(|name| cookie(name, "", 0))
        .collect()
}

fn take(body: &mut Map<String, Value>, name: &str) -> Option<String> {
    match body.get_mut(name) {
        Some(Value::String(token)) if !token.is_empty() => Some(std::mem::take(token)),
        _ => None,
    }
}

fn session_seconds(body: &Map<String, Value>, now: Timestamp) -> i64 {
    let expires = body.get("member_session").and_then(|s| s.get("expires_at")).and_then(Value::as_str);
    let expires = expires.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    expires.map_or(0, |at| (at.as_microsecond() - now.0) / 1_000_000)
}

fn cookie(name: &str, value: &str, seconds: i64) -> HeaderValue {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
