//! Rendering pages: templates inside the binary, escaped, under a strict content security policy.

use super::phrases;
use axum::http::StatusCode;
use foundation::app::App;
use foundation::config::Config;
use foundation::error::{Error, Result};
use foundation::memory::Memory;
use frame::Page;
use mail::{Locale, escape};
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;
use std::sync::OnceLock;

/// A mail is shown in a sandboxed frame, which inherits the policy; mails carry style attributes and a logo, and the sandbox
/// lets them run and send nothing. The page around it has a form for finding messages, and asks for new ones.
const MESSAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
                              img-src 'self' https:; frame-src 'self'; connect-src 'self'; form-action 'self'; \
                              frame-ancestors 'none'; base-uri 'none'";

/// A page with a form that comes back here.
const FORM_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; \
                           frame-ancestors 'none'; base-uri 'none'";

/// The same, with the logo of a project or an organization.
const HOSTED_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; form-action 'self'; \
                             frame-ancestors 'none'; base-uri 'none'";

/// A page with such a logo and no form.
const LINK_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; form-action 'none'; \
                           frame-ancestors 'none'; base-uri 'none'";

/// A page with a form that goes to an identity provider: whose address that is, no policy of ours can say beforehand.
const ELSEWHERE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; \
                                form-action https: http:; frame-ancestors 'none'; base-uri 'none'";

/// The page templates, compiled; or what is wrong with them, which a test finds. In each language they are the same, and say
/// other phrases.
struct Templates {
    english: Result<Environment<'static>, String>,
    others: [OnceLock<Environment<'static>>; Locale::ALL.len()],
}

macro_rules! templates {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "layout.html"
    "focused.html"
    "app.html"
    "components.html"
    "components_page.html"
    "login_base.html"
    "login.html"
    "login_signed_in.html"
    "login_sent.html"
    "login_password.html"
    "login_new_password.html"
    "login_arrive.html"
    "login_sso.html"
    "login_organizations.html"
    "login_second.html"
    "login_app.html"
    "login_recovery_codes.html"
    "login_done.html"
    "login_problem.html"
    "login_new_passkey.html"
    "passkey.html"
    "account.html"
    "home.html"
    "link_base.html"
    "redirect.html"
    "link_expired.html"
    "unlock.html"
    "setup.html"
    "setup_overview.html"
    "setup_sso.html"
    "setup_connection.html"
    "setup_test.html"
    "setup_domains.html"
    "setup_scim.html"
    "setup_members.html"
    "setup_audit.html"
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
    "dashboard/shell.html"
    "dashboard/pictures.html"
    "dashboard/when.html"
    "dashboard/rules.html"
    "dashboard/sign_in.html"
    "dashboard/sign_in_passkey.html"
    "dashboard/passkeys.html"
    "dashboard/passkey.html"
    "dashboard/projects.html"
    "dashboard/project.html"
    "dashboard/organizations.html"
    "dashboard/organization_head.html"
    "dashboard/organization.html"
    "dashboard/settings.html"
    "dashboard/branding.html"
    "dashboard/explain.html"
    "dashboard/members.html"
    "dashboard/member.html"
    "dashboard/audit.html"
    "dashboard/outbox.html"
    "dashboard/message.html"
    "dashboard/health.html"
    "dashboard/operators.html"
];

impl Memory for Templates {
    fn new(_: &Config) -> Self {
        Self { english: compiled(), others: Default::default() }
    }
}

impl Templates {
    /// Those that speak a language, made when somebody first asks for it.
    fn of(&self, locale: Locale) -> Result<&Environment<'static>> {
        let english = self.english.as_ref().map_err(|error| Error::internal(error.clone()))?;
        let place = Locale::ALL.iter().position(|known| *known == locale).and_then(|place| self.others.get(place));
        Ok(place.map_or(english, |place| {
            place.get_or_init(|| {
                let mut engine = english.clone();
                phrases::speak(&mut engine, locale);
                engine
            })
        }))
    }
}

fn compiled() -> Result<Environment<'static>, String> {
    let mut engine = Environment::new();
    engine.set_formatter(escape::write_value);
    engine.add_filter("code", code);
    engine.add_filter("breakable", breakable);
    for (name, text) in TEMPLATES {
        if let Err(error) = engine.add_template(name, text) {
            return Err(format!("{name}: {error:#}"));
        }
    }
    phrases::speak(&mut engine, Locale::En);
    Ok(engine)
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
pub(super) fn render(app: &App, locale: Locale, template: &str, values: &impl Serialize) -> Result<String> {
    let fault = |error: minijinja::Error| Error::internal(format!("page {template}: {error:#}"));
    let engine = app.memory::<Templates>().of(locale)?;
    engine.get_template(template).map_err(fault)?.render(Value::from(Serde(values))).map_err(fault)
}

/// A page in English.
pub(super) fn page(app: &App, template: &str, status: StatusCode, values: &impl Serialize) -> Result<Page> {
    page_in(app, Locale::En, template, status, values)
}

/// A page in a language.
pub(crate) fn page_in(
    app: &App,
    locale: Locale,
    template: &str,
    status: StatusCode,
    values: &impl Serialize,
) -> Result<Page> {
    let policy = match template {
        "message.html" | "outbox.html" | "dashboard/message.html" => MESSAGE_POLICY,
        template if template.starts_with("dashboard/") => FORM_POLICY,
        "reference.html" | "docs.html" | "components_page.html" => FORM_POLICY,
        // A test login goes on to an identity provider, and so does its form.
        "saml_request.html" | "setup_connection.html" | "setup_test.html" => ELSEWHERE_POLICY,
        name if name.starts_with("setup_") => FORM_POLICY,
        "redirect.html" | "link_expired.html" | "problem.html" => LINK_POLICY,
        name if name.starts_with("login") || matches!(name, "account.html" | "unlock.html") => HOSTED_POLICY,
        _ => Page::POLICY,
    };
    Ok(Page { html: render(app, locale, template, values)?, status, policy, refusal: None })
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
        assert_eq!(compiled().err(), None);
    }
}
