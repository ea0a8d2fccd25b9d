//! The addresses that browsers come to in a login by SSO, and our metadata for identity providers.

mod callback;
mod failed;
mod metadata;
mod start;

use super::render::page;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Content, Cookie, Endpoint, Jar, Output, Page};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;
use std::borrow::Cow;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        start::start::endpoint(),
        callback::saml::endpoint(),
        callback::oidc::endpoint(),
        metadata::metadata::endpoint(),
    ]
}

/// Where a browser goes on to.
enum On {
    /// An address.
    Url(String),
    /// A page with a form, which is sent by itself; or with what was wrong.
    Page(Page),
}

/// The way on, with a cookie to be known by when it comes back.
struct Led {
    on: On,
    cookie: Option<Cookie>,
}

impl Led {
    fn page(&self) -> Option<&Page> {
        match &self.on {
            On::Url(_) => None,
            On::Page(page) => Some(page),
        }
    }

    /// A form that goes to an identity provider.
    fn form(app: &App, action: &str, saml_request: &str, relay_state: &str) -> Result<On> {
        let values = json!({ "action": action, "saml_request": saml_request, "relay_state": relay_state });
        Ok(On::Page(page(app, "saml_request.html", StatusCode::OK, &values)?))
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
