//! How far somebody has come: what the next page shows, and nothing that opens anything.

use crate::organizations::AuthMethod;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What a cookie keeps from page to page. Whoever changes it sees another page; what they may do is decided anew each time.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    /// The address that was typed.
    pub(super) email: String,
    /// What was mailed: `link`, `code` or `reset`.
    pub(super) mailed: String,
    /// Whose second factor is asked for.
    pub(super) organization_id: String,
    pub(super) member_id: String,
    /// The end of the phone number that codes go to.
    pub(super) phone: String,
    /// Whether there is an authenticator app.
    pub(super) has_app: bool,
    /// Whether a text message is on its way.
    pub(super) texted: bool,
    /// Which second factors there may be.
    pub(super) may_text: bool,
    pub(super) may_app: bool,
    /// Whether a second factor is being set up, and then whether its recovery codes are to be shown.
    pub(super) enrolling: bool,
    pub(super) new_codes: bool,
    /// Whether there is a passkey, whether one may be, and whether nothing else will do.
    pub(super) has_passkey: bool,
    pub(super) may_passkey: bool,
    pub(super) only_passkey: bool,
    /// An organization asks for another way than was used.
    pub(super) more: Option<More>,
    /// The secret of a login that only this browser can finish (RFC 7636).
    pub(super) verifier: String,
    /// What to say on the next page.
    pub(super) done: String,
}

/// What an organization asks for besides what was proven.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct More {
    /// Which organization.
    pub(super) slug: String,
    /// The ways that would do.
    pub(super) methods: Vec<AuthMethod>,
    /// Whether a passkey would, too.
    pub(super) passkey: bool,
}

impl Step {
    /// What this organization asks for.
    pub(super) fn more_for(&self, slug: &str) -> Option<&More> {
        self.more.as_ref().filter(|more| more.slug == slug)
    }

    /// As a cookie has it.
    pub(super) fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// From a cookie; nothing where it is none of ours.
    pub(super) fn parse(text: &str) -> Self {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}
