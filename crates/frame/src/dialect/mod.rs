//! What differs from protocol to protocol: how inputs are read, outputs written, and refusals worded.

mod json;
mod oauth;
mod page;
mod plain;
mod scim;

pub use scim::scim_type;

use crate::answer::Output;
use crate::door::Dialect;
use crate::head::Head;
use crate::schema::InputSchema;
use crate::wiring::Wiring;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use foundation::app::App;
use foundation::error::{ApiError, Error, Result};
use serde_json::{Map, Value};

/// What a dialect has to be able to do.
pub(crate) trait Speak: Sync {
    /// The fields that a body has.
    fn read(&self, head: &Head, body: &[u8], schema: &InputSchema) -> Result<Map<String, Value>>;

    /// An output on its way to the client. `status` is the one of success.
    fn write(&self, head: &Head, status: StatusCode, output: &dyn Output) -> Result<Response>;

    /// A refusal on its way to the client.
    fn refuse(&self, refusal: &Refusal<'_>) -> Response;
}

/// What a client is told instead of an answer.
pub(crate) struct Refusal<'a> {
    pub(crate) app: &'a App,
    pub(crate) wiring: &'a Wiring,
    pub(crate) head: &'a Head,
    pub(crate) error: ApiError,
    /// What was wrong and what to do.
    pub(crate) message: &'a str,
}

impl Refusal<'_> {
    /// Where this server explains the error.
    fn url(&self) -> String {
        format!("{}/errors/{}", self.app.public_url(), self.error.error_type())
    }
}

/// Who speaks a dialect.
pub(crate) fn speaker(dialect: Dialect) -> &'static dyn Speak {
    match dialect {
        Dialect::Backend => &json::Json { in_data: false },
        Dialect::Browser => &json::Json { in_data: true },
        Dialect::Scim => &scim::Scim,
        Dialect::Oauth => &oauth::Oauth,
        Dialect::Page => &page::Page { leads_on: false },
        Dialect::Redirect => &page::Page { leads_on: true },
        Dialect::Plain => &plain::Plain,
    }
}

/// Longer than most answers, in bytes.
const ANSWER: usize = 8192;

fn response(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    set(&mut response, header::CONTENT_TYPE, media_type);
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

/// An output that a door's dialect has no words for.
fn unfit() -> Error {
    Error::internal("an output does not fit the dialect of its door")
}
