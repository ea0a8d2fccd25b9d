//! What endpoints answer.

use crate::cookie::{Cookie, Jar};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use database::Timestamp;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

/// What an endpoint has to tell, ready to be written. What serializes as a JSON object is one.
pub trait Output: Send {
    /// Writes it, and says what that is.
    ///
    /// # Errors
    /// When it cannot be written, which is a fault of ours.
    fn write(&self, to: &mut Vec<u8>) -> Result<Content>;

    /// The HTTP status, where it is not the door's.
    fn status(&self) -> Option<StatusCode> {
        None
    }

    /// Headers that go with it.
    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        Vec::new()
    }

    /// What it refuses, where it is a page that says so in words of its own.
    fn refusal(&self) -> Option<ApiError> {
        None
    }

    /// Cookies that go with it. With a jar, tokens are to be taken out of what is written, and kept in it.
    fn cookies(&mut self, _jar: Option<&Jar>, _now: Timestamp) -> Vec<Cookie> {
        Vec::new()
    }
}

/// A JSON object that cookies go with, where the project keeps tokens in them.
pub struct WithCookies<T> {
    pub output: T,
    /// Takes the tokens out of the output and makes cookies of this jar of them, at this time.
    pub take: fn(&mut T, &Jar, Timestamp) -> Vec<Cookie>,
}

impl<T: Serialize + Send> Output for WithCookies<T> {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        self.output.write(to)
    }
    fn cookies(&mut self, jar: Option<&Jar>, now: Timestamp) -> Vec<Cookie> {
        jar.map(|jar| (self.take)(&mut self.output, jar, now)).unwrap_or_default()
    }
}

impl<T: JsonSchema> JsonSchema for WithCookies<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// What was written.
pub enum Content {
    /// A JSON object.
    Object,
    /// A page in HTML, under this content security policy.
    Page { policy: &'static str },
    /// Nothing: the client is to go on to this URL.
    Redirect(String),
    /// Something of this media type, which may be kept for so many seconds.
    Plain { media_type: &'static str, seconds: u32 },
    /// Nothing at all.
    Nothing,
}

impl<T: Serialize + Send> Output for T {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        serde_json::to_writer(to, self).map_err(|e| Error::Internal(Box::new(e)))?;
        Ok(Content::Object)
    }
}

/// What a transaction of an endpoint comes to. Something may be left to do that must not happen inside of one.
pub trait Answer: Send + 'static {
    type Output: Output + JsonSchema + 'static;

    /// Does it, now that everything is committed.
    fn finish(self, cx: &Cx) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Nothing is left to do.
impl<T: Output + JsonSchema + 'static> Answer for T {
    type Output = T;
    async fn finish(self, _cx: &Cx) -> Result<T> {
        Ok(self)
    }
}

/// A page in HTML.
pub struct Page {
    pub html: String,
    pub status: StatusCode,
    /// What it may load; [`Page::POLICY`], as a rule.
    pub policy: &'static str,
    /// What it refuses, if it does.
    pub refusal: Option<ApiError>,
}

impl Page {
    /// No script but our own files, nothing inline, no frames around us (CSP level 3).
    pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                              form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    /// The same, as a refusal.
    #[must_use]
    pub fn refusing(self, error: ApiError) -> Self {
        Self { status: error.status(), refusal: Some(error), ..self }
    }
}

impl Output for Page {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        to.extend_from_slice(self.html.as_bytes());
        Ok(Content::Page { policy: self.policy })
    }
    fn status(&self) -> Option<StatusCode> {
        Some(self.status)
    }
    fn refusal(&self) -> Option<ApiError> {
        self.refusal
    }
}

/// The way on to another URL.
pub struct Redirect(pub String);

impl Output for Redirect {
    fn write(&self, _to: &mut Vec<u8>) -> Result<Content> {
        Ok(Content::Redirect(self.0.clone()))
    }
}

/// Text or a file, for machines.
pub struct Plain {
    pub status: StatusCode,
    pub media_type: &'static str,
    pub content: Cow<'static, [u8]>,
    /// Seconds that it may be kept; with 0 it must not be.
    pub seconds: u32,
}

impl Plain {
    /// Text that is true at the moment only.
    pub fn text(status: StatusCode, text: impl Into<String>) -> Self {
        let content = Cow::Owned(text.into().into_bytes());
        Self { status, media_type: "text/plain; charset=utf-8", content, seconds: 0 }
    }
}

impl Output for Plain {
    fn write(&self, to: &mut Vec<u8>) -> Result<Content> {
        to.extend_from_slice(&self.content);
        Ok(Content::Plain { media_type: self.media_type, seconds: self.seconds })
    }
    fn status(&self) -> Option<StatusCode> {
        Some(self.status)
    }
}

/// No content: 204 where the door says so.
pub struct Nothing;

impl Output for Nothing {
    fn write(&self, _to: &mut Vec<u8>) -> Result<Content> {
        Ok(Content::Nothing)
    }
}

macro_rules! without_schema {
    ($($output:ident)*) => { $(
        /// It is not described: what it is, its media type says.
        impl JsonSchema for $output {
            fn schema_name() -> Cow<'static, str> {
                stringify!($output).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                Schema::default()
            }
        }
    )* };
}
without_schema! { Page Redirect Plain Nothing }

/// An answer without its type, on its way from the transaction.
pub(crate) trait Pending: Send {
    /// Finishes it.
    fn finish(self: Box<Self>, cx: Arc<Cx>) -> Finishing;
}

pub(crate) type Finishing = std::pin::Pin<Box<dyn Future<Output = Result<Box<dyn Output>>> + Send>>;

impl<A: Answer> Pending for A {
    fn finish(self: Box<Self>, cx: Arc<Cx>) -> Finishing {
        Box::pin(async move { Ok(Box::new(Answer::finish(*self, &cx).await?) as Box<dyn Output>) })
    }
}
