//! Logins that have begun and go on elsewhere, at an identity provider: as the browser keeps them, in a cookie that says where they
//! lead, with a code of ours that nobody else can make. So whoever begins logins writes nothing here, and what comes back counts
//! only in the browser that it was begun in (threat T-28).

mod answer;
mod state;
mod way_back;

pub(crate) use answer::ProviderAnswer;
pub(crate) use state::State;
pub(crate) use way_back::WayBack;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use database::Timestamp;
use foundation::error::{ApiError, Error, Result};
use foundation::keys::{Keys, equal};
use foundation::project::Project;
use frame::{Cookie, Head, Jar};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Minutes in which a login has to come back.
pub(crate) const MINUTES: i64 = 10;
/// Seconds that its cookie is kept.
const KEPT: i64 = MINUTES * 60;
/// Characters that its value may have. Browsers keep 4096 with the name.
const LONGEST: usize = 3800;

/// What a cookie says of a login.
pub(crate) trait Told: Serialize + DeserializeOwned {
    /// What the names of its cookies begin with.
    const COOKIE: &'static str;
    /// Whether the cookie comes along when another site sends a form here.
    const ACROSS_SITES: bool;

    /// Until when the login can come back.
    fn expires_at(&self) -> Timestamp;
}

/// Why there is no login that an answer belongs to.
pub(crate) enum NotHere {
    /// The browser has no cookie of any login.
    NoCookie,
    /// It has only those of others.
    OtherCookies,
    /// It is over.
    Over,
}

/// Each login has a cookie of its own: people begin several at once.
fn kind<T: Told>(state_hash: &[u8; 32]) -> String {
    format!("{}_{}", T::COOKIE, HEXLOWER.encode(&state_hash[..6]))
}

/// What shows that we have written it, for this login.
fn code(keys: &Keys, state: &State, state_hash: &[u8; 32], told: &[u8]) -> [u8; 32] {
    keys.hash(state.purpose(), &[b"begun\0".as_slice(), state_hash, told].concat())
}

fn kept<T: Told>(project: &Project, state_hash: &[u8; 32], value: String, seconds: i64) -> Cookie {
    let (jar, kind) = (Jar::of(&project.id), kind::<T>(state_hash));
    if T::ACROSS_SITES { jar.keep_across_sites(&kind, value, seconds) } else { jar.keep(&kind, value, seconds) }
}

/// Has the browser keep a login.
///
/// # Errors
/// `bad_request` when the addresses are too long for that.
pub(crate) fn cookie<T: Told>(keys: &Keys, project: &Project, state: &State, told: &T) -> Result<Cookie> {
    let told = serde_json::to_vec(told).map_err(|error| Error::Internal(Box::new(error)))?;
    let state_hash = state.hash(keys);
    let code = code(keys, state, &state_hash, &told);
    let value = format!("{}.{}", URL_SAFE_NO_PAD.encode(&told), URL_SAFE_NO_PAD.encode(code));
    if value.len() > LONGEST {
        let message = "The redirect URLs have at most 2500 characters together.";
        return Err(ApiError::BadRequest.because(message));
    }
    Ok(kept::<T>(project, &state_hash, value, KEPT))
}

/// The login of this state, if it was begun in the browser that sends the request, and is not over.
pub(crate) fn find<T: Told>(
    keys: &Keys,
    project: &Project,
    head: &Head,
    state: &State,
    now: Timestamp,
) -> std::result::Result<T, NotHere> {
    let state_hash = state.hash(keys);
    let Some(value) = head.cookie(&Jar::of(&project.id).name(&kind::<T>(&state_hash))) else {
        return Err(if head.has_cookie(T::COOKIE) { NotHere::OtherCookies } else { NotHere::NoCookie });
    };
    let told: T = read(keys, state, &state_hash, value).ok_or(NotHere::OtherCookies)?;
    if told.expires_at() > now { Ok(told) } else { Err(NotHere::Over) }
}

/// Ends the cookie of a login.
pub(crate) fn ended<T: Told>(project: &Project, state_hash: &[u8; 32]) -> Cookie {
    kept::<T>(project, state_hash, String::new(), 0)
}

fn read<T: Told>(keys: &Keys, state: &State, state_hash: &[u8; 32], value: &str) -> Option<T> {
    let (told, given) = value.split_once('.')?;
    let (told, given) = (URL_SAFE_NO_PAD.decode(told).ok()?, URL_SAFE_NO_PAD.decode(given).ok()?);
    equal(&code(keys, state, state_hash, &told), &given).then(|| serde_json::from_slice(&told).ok())?
}
