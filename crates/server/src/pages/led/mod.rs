//! Where a browser goes on to in a login that goes on elsewhere.

mod elsewhere;
mod failed;

pub(super) use elsewhere::elsewhere;
pub(super) use failed::failed;

use axum::http::StatusCode;
use foundation::error::{ApiError, Result};
use frame::{Content, Cookie, Jar, Output, Page};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

/// Where a browser goes on to.
pub(super) enum On {
    /// An address.
    Url(String),
    /// A page with a form, which is sent by itself; or with what was wrong.
    Page(Page),
}

/// The way on, with a cookie to be known by when it comes back.
pub(super) struct Led {
    pub(super) on: On,
    pub(super) cookie: Option<Cookie>,
}

impl Led {
    fn page(&self) -> Option<&Page> {
        match &self.on {
            On::Url(_) => None,
            On::Page(page) => Some(page),
        }
    }
}

impl Output for Led {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        match &self.on {
            On::Url(url) => Ok(Content::Redirect(url.clone())),
            On::Page(page) => page.write(to),
        }
    }

    fn status(&self) -> Option<StatusCode> {
        self.page().and_then(Output::status)
    }

    fn refusal(&self) -> Option<ApiError> {
        self.page().and_then(Output::refusal)
    }

    fn cookies(&mut self, _jar: Option<&Jar>, _now: database::Timestamp) -> Vec<Cookie> {
        self.cookie.take().into_iter().collect()
    }
}

/// It is not described: it is an address to go to.
impl JsonSchema for Led {
    fn schema_name() -> Cow<'static, str> {
        "Redirect".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}
