//! A login by SSO that has begun.

use crate::begun::{self, NotHere, State};
use database::Timestamp;
use foundation::id::OrganizationId;
use foundation::keys::Keys;
use foundation::project::Project;
use frame::{Cookie, Head};
use serde::{Deserialize, Serialize};

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
    #[serde(rename = "e", with = "foundation::time")]
    pub(super) expires_at: Timestamp,
}

impl begun::Told for Told {
    const COOKIE: &'static str = "__Host-guildhall_sso";
    /// Identity providers post to us from their own site.
    const ACROSS_SITES: bool = true;

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl Begun {
    /// The login of this state, if it was begun in the browser that sends the request, and is not over.
    pub(super) fn find(
        keys: &Keys,
        project: &Project,
        head: &Head,
        state: &State,
        now: Timestamp,
    ) -> std::result::Result<Self, NotHere> {
        let told = begun::find(keys, project, head, state, now)?;
        Ok(Self { organization_id: state.organization(project.environment), state_hash: state.hash(keys), told })
    }

    /// Ends its cookie.
    pub(super) fn ended(&self, project: &Project) -> Cookie {
        begun::ended::<Told>(project, &self.state_hash)
    }
}
