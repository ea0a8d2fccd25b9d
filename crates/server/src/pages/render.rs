//! Rendering pages: templates inside the binary, escaped, under a strict content security policy.

use axum::http::StatusCode;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::memory::Memory;
use frame::Page;
use mail::escape;
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

/// A mail is shown in a sandboxed frame, which inherits the policy; mails carry style attributes and a logo, and the sandbox
/// lets them run and send nothing. The page around it has a form for finding messages, and asks for new ones.
const MESSAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
                              img-src 'self' https:; frame-src 'self'; connect-src 'self'; form-action 'self'; \
                              frame-ancestors 'none'; base-uri 'none'";

/// A page with a form that comes back here.
const FORM_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; \
                           frame-ancestors 'none'; base-uri 'none'";

/// A page with a form that goes to an identity provider: whose address that is, no policy of ours can say beforehand.
const ELSEWHERE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                                form-action https: http:; frame-ancestors 'none'; base-uri 'none'";

/// The page templates, compiled; or what is wrong with them, which a test finds.
struct Templates(Result<Environment<'static>, String>);

macro_rules! templates {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "layout.html"
    "home.html"
    "redirect.html"
    "link_expired.html"
    "unlock.html"
    "saml_request.html"
    "outbox.html"
    "message.html"
    "message_content.html"
    "error_type.html"
    "error_types.html"
    "problem.html"
    "reference.html"
    "reference_group.html"
    "fields.html"
    "side.html"
    "docs.html"
];

impl Memory for Templates {
    fn new(_: &Config) -> Self {
        let mut engine = Environment::new();
        engine.set_formatter(escape::write_value);
        engine.add_filter("code", code);
        engine.add_filter("breakable", breakable);
        for (name, text) in TEMPLATES {
            if let Err(error) = engine.add_template(name, text) {
                return Self(Err(format!("{name}: {error:#}")));
            }
        }
        Self(Ok(engine))
    }
}

/// Text with what stands between backticks as code, the way doc comments have it.
fn code(text: &str) -> Value {
    let parts = text.split('`').enumerate().map(|(n, part)| match (n % 2, escape::html(part)) {
        (0, text) => text,
        (_, code) => format!("<code>{code}</code>"),
    });
    Value::from_safe_string(parts.collect())
}

/// A name that may go on in another line behind each underscore.
fn breakable(name: &str) -> Value {
    Value::from_safe_string(escape::html(name).replace('_', "_<wbr>"))
}

/// The HTML of a page.
pub(super) fn render(app: &App, template: &str, values: &impl Serialize) -> Result<String> {
    let fault = |error: minijinja::Error| Error::internal(format!("page {template}: {error:#}"));
    let Templates(engine) = app.memory::<Templates>();
    let engine = engine.as_ref().map_err(|error| Error::internal(error.clone()))?;
    engine.get_template(template).map_err(fault)?.render(Value::from(Serde(values))).map_err(fault)
}

/// A page.
pub(super) fn page(app: &App, template: &str, status: StatusCode, values: &impl Serialize) -> Result<Page> {
    let policy = match template {
        "message.html" | "outbox.html" => MESSAGE_POLICY,
        "unlock.html" | "reference.html" | "docs.html" => FORM_POLICY,
        "saml_request.html" => ELSEWHERE_POLICY,
        _ => Page::POLICY,
    };
    Ok(Page { html: render(app, template, values)?, status, policy, refusal: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(code("a `b<c` & `d`").as_str(), Some("a <code>b&lt;c</code> &amp; <code>d</code>"));
    }

    #[test]
    fn every_template_compiles() {
        assert_eq!(Templates::new(&Config::default()).0.err(), None);
    }
}
