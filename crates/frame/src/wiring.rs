//! What the frame is told by whoever puts the server together.

use crate::cookie::Cookie;
use crate::door::Dialect;
use crate::endpoint::Endpoint;
use crate::head::Head;
use axum::http::HeaderMap;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use foundation::id::Environment;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use transport::{Bodies, Proxies};

/// All that the frame does not know by itself.
pub struct Wiring {
    /// Every operation.
    pub endpoints: Vec<Endpoint>,
    /// The dialects of paths that no door has, by how they begin; the first that fits. `Backend` for all others.
    pub dialects: &'static [(&'static str, Dialect)],
    /// Whether pages of this web origin may read answers of the browser API.
    pub is_registered_origin: for<'a> fn(&'a App, &'a str) -> BoxFuture<'a, Result<bool>>,
    /// The page that tells a person what was wrong and what to do, in the language that they ask for.
    pub error_page: fn(&App, &Head, ApiError, &str) -> String,
    /// Guesses, before a credential is checked, for which environment it is; it only colours the request id.
    pub environment: fn(&HeaderMap) -> Environment,
    /// The cookies of a request that mean nothing any more when it is refused so.
    pub ended_cookies: fn(&App, &Head, ApiError) -> Vec<Cookie>,
    /// Told of every answer of an operation that is one of the errors of the API, once nothing of it can change any more.
    pub refused: fn(&App, &Head, &'static str, ApiError),
    /// Told of every exchange by a dialect whose exchanges are recorded (SCIM), before the answer is sent.
    pub exchanged: fn(&App, Exchange<'_>),
    /// How long an answer may take once the request is complete.
    pub within: Duration,
    /// The memory for bodies.
    pub bodies: Bodies,
    /// Whom to believe about where a request comes from.
    pub proxies: Proxies,
}

/// A request that was answered.
pub struct Exchange<'a> {
    pub head: &'a Head,
    pub method: &'a str,
    pub query: Option<&'a str>,
    /// Empty where it could not be read.
    pub body: &'a [u8],
    pub status: u16,
    /// What it was refused with, and the sentence that the client was told.
    pub refused: Option<(ApiError, &'a str)>,
}

/// A future without its type.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
