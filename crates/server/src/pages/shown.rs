//! What a form is answered with: a page, or the way to another, and cookies.

use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use frame::{Content, Cookie, Jar, Output, Page};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// A page, or the way to another (303), with cookies.
pub(super) struct Shown {
    on: On,
    cookies: Vec<Cookie>,
}

enum On {
    Page(Page),
    Elsewhere(String),
}

impl Shown {
    /// A page.
    pub(super) fn page(page: Page) -> Self {
        Self { on: On::Page(page), cookies: Vec::new() }
    }

    /// The way to another page.
    pub(super) fn elsewhere(url: String) -> Self {
        Self { on: On::Elsewhere(url), cookies: Vec::new() }
    }

    /// The same, with these cookies.
    #[must_use]
    pub(super) fn with(self, cookies: Vec<Cookie>) -> Self {
        Self { cookies, ..self }
    }
}

impl Output for Shown {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        match &self.on {
            On::Page(page) => page.write(to),
            On::Elsewhere(url) => Ok(Content::Redirect(url.clone())),
        }
    }

    fn status(&self) -> Option<StatusCode> {
        match &self.on {
            On::Page(page) => page.status(),
            On::Elsewhere(_) => None,
        }
    }

    fn refusal(&self) -> Option<ApiError> {
        match &self.on {
            On::Page(page) => page.refusal(),
            On::Elsewhere(_) => None,
        }
    }

    fn cookies(&mut self, _jar: Option<&Jar>, _now: database::Timestamp) -> Vec<Cookie> {
        std::mem::take(&mut self.cookies)
    }
}

/// It is not described: it is for people.
impl JsonSchema for Shown {
    fn schema_name() -> Cow<'static, str> {
        "Shown".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}
