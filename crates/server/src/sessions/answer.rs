//! The answer to a check of a session, put together from JSON that was made once.

use super::MemberSession;
use super::remembered::Remembered;
use crate::error::{Error, Result};
use crate::http::Output;
use crate::id::MemberId;
use crate::members::Member;
use crate::organizations::Organization;
use crate::rbac::RoleId;
use crate::time;
use database::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;

/// A valid session, with whose it is.
#[derive(Serialize, JsonSchema)]
pub(super) struct Authenticated<'a> {
    pub(super) member_id: &'a MemberId,
    pub(super) member_session: &'a MemberSession,
    pub(super) session_token: &'a str,
    pub(super) session_jwt: &'a str,
    pub(super) member: &'a Member,
    pub(super) organization: &'a Organization,
    pub(super) verdict: Option<Verdict>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Verdict {
    pub(super) authorized: bool,
    pub(super) granting_roles: Vec<RoleId>,
}

/// The JSON of [`Authenticated`] around what is not the same each time, or shared.
pub(super) struct Template {
    before_last_use: Box<str>,
    before_jwt: Box<str>,
    before_organization: Box<str>,
}

impl Template {
    /// Takes an answer apart that has no verdict. The organization's JSON is the one given.
    pub(super) fn of(answer: &Authenticated<'_>, organization: &str) -> Result<Self> {
        let json = serde_json::to_string(answer).map_err(|e| Error::Internal(Box::new(e)))?;
        let apart = || {
            let last_use = time::to_text(answer.member_session.last_accessed_at);
            // Nothing that stands before it can be made by a client to look like it.
            let (before_last_use, rest) = around(&json, "last_accessed_at", &last_use)?;
            // Nobody knew the JWT before.
            let (before_jwt, rest) = around(rest, "session_jwt", answer.session_jwt)?;
            let before_organization = rest.strip_suffix(",\"verdict\":null}")?.strip_suffix(organization)?;
            let [before_last_use, before_jwt, before_organization] =
                [before_last_use, before_jwt, before_organization].map(Box::from);
            Some(Self { before_last_use, before_jwt, before_organization })
        };
        apart().ok_or_else(|| Error::internal("the answer to a check is not as it was"))
    }

    /// Memory in bytes, beside the struct.
    pub(super) fn bytes(&self) -> usize {
        self.before_last_use.len() + self.before_jwt.len() + self.before_organization.len()
    }
}

/// The JSON before the first text that is a field's value, and after it.
fn around<'a>(json: &'a str, field: &str, value: &str) -> Option<(&'a str, &'a str)> {
    let name = format!("\"{field}\":\"");
    let start = json.find(&format!("{name}{value}\""))? + name.len();
    Some((&json[..start], &json[start + value.len()..]))
}

/// An answer that is ready to be written.
pub(super) struct Prepared {
    pub(super) known: Arc<Remembered>,
    pub(super) last_use: Timestamp,
    pub(super) verdict: Option<Verdict>,
}

impl Output for Prepared {
    fn write_json(&self, to: &mut Vec<u8>) -> serde_json::Result<()> {
        let Remembered { template, organization, .. } = &*self.known;
        let Template { before_last_use, before_jwt, before_organization } = template;
        let (last_use, jwt) = (time::to_text(self.last_use), self.known.jwt());
        let parts: [&str; 7] =
            [before_last_use, &last_use, before_jwt, &jwt, before_organization, organization, ",\"verdict\":"];
        parts.iter().for_each(|part| to.extend_from_slice(part.as_bytes()));
        serde_json::to_writer(&mut *to, &self.verdict)?;
        to.push(b'}');
        Ok(())
    }
}

/// That of [`Authenticated`].
impl JsonSchema for Prepared {
    fn inline_schema() -> bool {
        Authenticated::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        Authenticated::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        Authenticated::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Authenticated::json_schema(generator)
    }
}
