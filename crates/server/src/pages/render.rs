//! Rendering pages: templates inside the binary, escaped, under a strict content security policy.

use crate::error::{Error, Result};
use crate::mail::escape;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

/// No script but our own files, nothing inline, no frames around us (CSP level 3).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'none'; \
                      frame-ancestors 'none'; base-uri 'none'";
/// A mail is shown in a sandboxed frame, which inherits the policy; mails carry style attributes and nothing else.
const MESSAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
                              img-src 'self'; frame-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The page templates, compiled.
pub(crate) struct Pages(Environment<'static>);

macro_rules! templates {
    ($($name:literal),*) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "layout.html",
    "home.html",
    "redirect.html",
    "link_expired.html",
    "outbox.html",
    "message.html",
    "error_type.html",
    "error_types.html",
    "reference.html"
];

impl Pages {
    pub(crate) fn new() -> Result<Self> {
        let mut engine = Environment::new();
        engine.set_formatter(escape::write_value);
        for (name, text) in TEMPLATES {
            engine.add_template(name, text).map_err(|error| Error::internal(format!("{name}: {error:#}")))?;
        }
        Ok(Self(engine))
    }

    /// One page.
    pub(crate) fn render(&self, template: &str, status: StatusCode, values: &impl Serialize) -> Result<Response> {
        let fault = |error: minijinja::Error| Error::internal(format!("page {template}: {error:#}"));
        let html = self.0.get_template(template).map_err(fault)?.render(Value::from(Serde(values))).map_err(fault)?;
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        let policy = if template == "message.html" { MESSAGE_POLICY } else { POLICY };
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Ok(response)
    }
}
