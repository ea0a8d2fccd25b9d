//! A login that has begun, as the browser keeps it: in a cookie that says where it leads, with a code of ours that nobody else can
//! make. So whoever begins logins writes nothing here, and what comes back from an identity provider counts only in the browser
//! that it was begun in (threat T-28).

use super::MINUTES;
use super::state::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use database::Timestamp;
use foundation::error::{ApiError, Error, Result};
use foundation::id::OrganizationId;
use foundation::keys::{Keys, Purpose, equal};
use foundation::project::Project;
use frame::{Cookie, Head, Jar};
use serde::{Deserialize, Serialize};

/// Identity providers post to us from their own site.
const COOKIE: &str = "__Host-guildhall_sso";
/// Seconds that it is kept: as long as a login may take.
const KEPT: i64 = MINUTES * 60;
/// Characters that its value may have. Browsers keep 4096 with the name.
const LONGEST: usize = 3800;

/// A login that has begun.
#[derive(Clone)]
pub(crate) struct Begun {
    pub(super) organization_id: OrganizationId,
    pub(super) state_hash: [u8; 32],
    pub(super) told: Told,
}

/// What the cookie says of it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Told {
    /// The organization's own connection, which may be one that it borrows.
    #[serde(rename = "c")]
    pub(super) connection_id: String,
    #[serde(rename = "l")]
    pub(super) login_redirect_url: String,
    /// Where it is another.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) signup_redirect_url: Option<String>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub(super) pkce_code_challenge: Option<String>,
    /// Whether it only tries the connection, and lets nobody in.
    #[serde(rename = "t", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_trial: bool,
    #[serde(rename = "e", with = "foundation::time")]
    pub(super) expires_at: Timestamp,
}

/// Why there is no login that an answer belongs to.
pub(super) enum NotHere {
    /// The browser has no cookie of any login.
    NoCookie,
    /// It has only those of others.
    OtherCookies,
    /// It is over.
    Over,
}

/// Each login has a cookie of its own: people begin several at once.
fn kind(state_hash: &[u8; 32]) -> String {
    format!("{COOKIE}_{}", HEXLOWER.encode(&state_hash[..6]))
}

/// What shows that we have written it, for this login.
fn code(keys: &Keys, state_hash: &[u8; 32], told: &[u8]) -> [u8; 32] {
    keys.hash(Purpose::SsoLogin, &[b"begun\0".as_slice(), state_hash, told].concat())
}

impl Begun {
    /// Has the browser keep it.
    ///
    /// # Errors
    /// `bad_request` when the addresses are too long for that.
    pub(super) fn cookie(keys: &Keys, project: &Project, state: &State, told: &Told) -> Result<Cookie> {
        let told = serde_json::to_vec(told).map_err(|error| Error::Internal(Box::new(error)))?;
        let state_hash = state.hash(keys);
        let code = code(keys, &state_hash, &told);
        let value = format!("{}.{}", URL_SAFE_NO_PAD.encode(&told), URL_SAFE_NO_PAD.encode(code));
        if value.len() > LONGEST {
            let message = "login_redirect_url and signup_redirect_url have at most 2500 characters together.";
            return Err(ApiError::BadRequest.because(message));
        }
        Ok(Jar::of(&project.id).keep_across_sites(&kind(&state_hash), value, KEPT))
    }

    /// The login of this state, if it was begun in the browser that sends the request, and is not over.
    pub(super) fn find(
        keys: &Keys,
        project: &Project,
        head: &Head,
        state: &State,
        now: Timestamp,
    ) -> std::result::Result<Self, NotHere> {
        let state_hash = state.hash(keys);
        let Some(value) = head.cookie(&Jar::of(&project.id).name(&kind(&state_hash))) else {
            return Err(if head.has_cookie(COOKIE) { NotHere::OtherCookies } else { NotHere::NoCookie });
        };
        let told = read(keys, &state_hash, value).ok_or(NotHere::OtherCookies)?;
        let organization_id = state.organization(project.environment);
        if told.expires_at > now { Ok(Self { organization_id, state_hash, told }) } else { Err(NotHere::Over) }
    }

    /// Ends its cookie.
    pub(super) fn ended(&self, project: &Project) -> Cookie {
        Jar::of(&project.id).keep_across_sites(&kind(&self.state_hash), String::new(), 0)
    }
}

fn read(keys: &Keys, state_hash: &[u8; 32], value: &str) -> Option<Told> {
    let (told, given) = value.split_once('.')?;
    let (told, given) = (URL_SAFE_NO_PAD.decode(told).ok()?, URL_SAFE_NO_PAD.decode(given).ok()?);
    equal(&code(keys, state_hash, &told), &given).then(|| serde_json::from_slice(&told).ok())?
}
