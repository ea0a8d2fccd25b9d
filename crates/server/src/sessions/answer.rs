//! The answer to a check of a session, put together from JSON that was made once.

use super::remembered::{Remembered, Valid};
use super::template::{Authenticated, Verdict};
use crate::cookies;
use database::Timestamp;
use foundation::error::{Error, Result};
use foundation::time;
use frame::{Content, Cookie, Jar, Output};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// An answer that is ready to be written.
pub(super) struct Prepared {
    known: Valid,
    last_use: Timestamp,
    end: Timestamp,
    verdict: Option<Verdict>,
    /// Whether token and JWT are told, and not kept in cookies.
    tells_tokens: bool,
}

impl Prepared {
    /// That of a session that is used now.
    pub(super) fn new(known: Valid, now: Timestamp, verdict: Option<Verdict>) -> Self {
        Self { last_use: now, end: known.session.end(), known, verdict, tells_tokens: true }
    }
}

impl Output for Prepared {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        let Valid { session, organization } = &self.known;
        let Remembered { template, token, .. } = &**session;
        let (last_use, end, jwt) = (time::to_text(self.last_use), time::to_text(self.end), session.jwt());
        let (token, jwt): (&str, &str) = if self.tells_tokens { (token, &jwt) } else { ("", "") };
        let parts: [&str; 11] = [
            &template.before_last_use,
            &last_use,
            &template.before_end,
            &end,
            &template.before_token,
            token,
            &template.before_jwt,
            jwt,
            &template.before_organization,
            &organization.json,
            ",\"verdict\":",
        ];
        parts.iter().for_each(|part| to.extend_from_slice(part.as_bytes()));
        serde_json::to_writer(&mut *to, &self.verdict).map_err(|e| Error::Internal(Box::new(e)))?;
        to.push(b'}');
        Ok(Content::Object)
    }

    fn cookies(&mut self, jar: Option<&Jar>, now: Timestamp) -> Vec<Cookie> {
        let Some(jar) = jar else { return Vec::new() };
        self.tells_tokens = false;
        let session = &self.known.session;
        cookies::of_session(jar, session.token.to_string(), session.jwt().to_string(), self.end, now)
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
