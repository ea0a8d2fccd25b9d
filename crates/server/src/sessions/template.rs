//! The JSON of an answer to a check of a session, made once and taken apart.

use super::MemberSession;
use crate::members::Member;
use crate::organizations::Organization;
use foundation::error::{Error, Result};
use foundation::id::MemberId;
use foundation::rbac::RoleId;
use foundation::time;
use schemars::JsonSchema;
use serde::Serialize;

/// A valid session, with whose it is.
#[derive(Serialize, JsonSchema)]
pub(super) struct Authenticated<'a> {
    pub(super) member_id: &'a MemberId,
    /// The session as it is now.
    pub(super) member_session: &'a MemberSession,
    /// The token of the session: the same as was given, as long as it lasts.
    pub(super) session_token: &'a str,
    /// A JWT of the session, good for five minutes; backends can check it by themselves.
    pub(super) session_jwt: &'a str,
    /// The member whose session it is.
    pub(super) member: &'a Member,
    /// The organization of the session.
    pub(super) organization: &'a Organization,
    /// What the check came to; `null` when `authorization_check` was not given.
    pub(super) verdict: Option<Verdict>,
}

/// That the roles of the session allow what was asked for.
#[derive(Serialize, JsonSchema)]
pub(super) struct Verdict {
    /// Always `true`: what is not allowed is answered with an error.
    pub(super) authorized: bool,
    /// The roles of the member that allow it.
    pub(super) granting_roles: Vec<RoleId>,
}

/// The JSON of [`Authenticated`] around what is not the same each time, or shared.
pub(super) struct Template {
    pub(super) before_last_use: Box<str>,
    pub(super) before_end: Box<str>,
    pub(super) before_token: Box<str>,
    pub(super) before_jwt: Box<str>,
    pub(super) before_organization: Box<str>,
}

impl Template {
    /// Takes an answer apart that has no verdict. The organization's JSON is the one given.
    pub(super) fn of(answer: &Authenticated<'_>, organization: &str) -> Result<Self> {
        let json = serde_json::to_string(answer).map_err(|e| Error::Internal(Box::new(e)))?;
        let apart = || {
            let session = answer.member_session;
            // Nothing that stands before them can be made by a client to look like them.
            let (before_last_use, rest) = around(&json, "last_accessed_at", &time::to_text(session.last_accessed_at))?;
            let (before_end, rest) = around(rest, "expires_at", &time::to_text(session.expires_at))?;
            // Nobody knew these before.
            let (before_token, rest) = around(rest, "session_token", answer.session_token)?;
            let (before_jwt, rest) = around(rest, "session_jwt", answer.session_jwt)?;
            let before_organization = rest.strip_suffix(",\"verdict\":null}")?.strip_suffix(organization)?;
            let before = [before_last_use, before_end, before_token, before_jwt, before_organization].map(Box::from);
            let [before_last_use, before_end, before_token, before_jwt, before_organization] = before;
            Some(Self { before_last_use, before_end, before_token, before_jwt, before_organization })
        };
        apart().ok_or_else(|| Error::internal("the answer to a check is not as it was"))
    }

    /// Memory in bytes, beside the struct.
    pub(super) fn bytes(&self) -> usize {
        let Self { before_last_use, before_end, before_token, before_jwt, before_organization } = self;
        [before_last_use, before_end, before_token, before_jwt, before_organization].map(|text| text.len()).iter().sum()
    }
}

/// The JSON before the first text that is a field's value, and after it.
fn around<'a>(json: &'a str, field: &str, value: &str) -> Option<(&'a str, &'a str)> {
    let name = format!("\"{field}\":\"");
    let start = json.find(&format!("{name}{value}\""))? + name.len();
    Some((&json[..start], &json[start + value.len()..]))
}
