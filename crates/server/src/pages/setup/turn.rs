//! What a setup page answers.

use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use frame::{Content, Cookie, Jar, Output, Page};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// A page, or the way to another once something was done, so that loading that again does nothing twice.
pub(super) enum Turn {
    Page { page: Page, cookies: Vec<Cookie> },
    On { url: String, cookies: Vec<Cookie> },
}

impl Turn {
    /// On to a page of ours.
    pub(super) fn to(url: impl Into<String>) -> Self {
        Turn::On { url: url.into(), cookies: Vec::new() }
    }
}

impl Output for Turn {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        match self {
            Turn::Page { page, .. } => page.write(to),
            Turn::On { url, .. } => Ok(Content::Redirect(url.clone())),
        }
    }

    fn status(&self) -> Option<StatusCode> {
        match self {
            Turn::Page { page, .. } => Output::status(page),
            Turn::On { .. } => None,
        }
    }

    fn refusal(&self) -> Option<ApiError> {
        None
    }

    fn cookies(&mut self, _jar: Option<&Jar>, _now: database::Timestamp) -> Vec<Cookie> {
        let (Turn::Page { cookies, .. } | Turn::On { cookies, .. }) = self;
        std::mem::take(cookies)
    }
}

/// It is not described: it is for people.
impl JsonSchema for Turn {
    fn schema_name() -> Cow<'static, str> {
        "Turn".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}
