//! What a page's door is answered with: a page, or the way to another place, and cookies.

use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use frame::{Content, Cookie, Jar, Output, Page};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// A page, or the way to another place, with cookies.
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

    /// The way to another page, or to another site.
    pub(super) fn elsewhere(url: impl Into<String>) -> Self {
        Self { on: On::Elsewhere(url.into()), cookies: Vec::new() }
    }

    /// The same, with these cookies.
    #[must_use]
    pub(super) fn with(self, cookies: impl IntoIterator<Item = Cookie>) -> Self {
        Self { cookies: cookies.into_iter().collect(), ..self }
    }

    /// The same page, as the answer to what was refused. What the type of the error is, the page itself says, too.
    #[must_use]
    pub(super) fn refused(mut self, error: Option<ApiError>) -> Self {
        if let (On::Page(page), Some(error)) = (&mut self.on, error) {
            (page.status, page.refusal) = (error.status(), Some(error));
        }
        self
    }

    fn as_page(&self) -> Option<&Page> {
        match &self.on {
            On::Page(page) => Some(page),
            On::Elsewhere(_) => None,
        }
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
        self.as_page().and_then(Output::status)
    }

    fn refusal(&self) -> Option<ApiError> {
        self.as_page().and_then(Output::refusal)
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
