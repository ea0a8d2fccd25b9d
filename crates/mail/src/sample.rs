//! Mails of nobody, to try templates with and to look at.

use super::brand::Brand;
use super::message::{Code, Context, Inviter, Template};

/// What a mail of this kind is usually told.
///
/// The ampersand in the link makes sure that the HTML part escapes it.
pub fn sample(template: Template) -> Context {
    let link = |kind: &str| {
        Some(format!("https://auth.example.com/v1/magic_links/redirect?stytch_token_type={kind}&token=sample"))
    };
    let of_code = template.is_of_code();
    Context {
        project_name: "Acme".to_owned(),
        organization_name: Some("Blue Team".to_owned()),
        member_name: Some("Ada Lovelace".to_owned()),
        inviter: (template == Template::Invite).then(inviter),
        brand: Brand::default(),
        link: if of_code { None } else { link("multi_tenant_magic_links") },
        login_link: if matches!(template, Template::PasswordReset) { link("login") } else { None },
        expires_in_minutes: if template == Template::Invite { 7 * 24 * 60 } else { 60 },
        code: of_code.then(code),
        connection_name: (template == Template::CertificateEnding).then(|| "Okta".to_owned()),
    }
}

/// What a template is tried with: all that it may be given, and as little as it may be.
pub(crate) fn samples(template: Template) -> Vec<Context> {
    let usual = sample(template);
    if template.is_of_code() {
        return vec![full(usual.clone()), usual];
    }
    let with_both = Context { code: Some(code()), login_link: usual.link.clone(), ..usual.clone() };
    let bare = Context {
        link: None,
        login_link: None,
        inviter: None,
        organization_name: None,
        member_name: None,
        ..usual.clone()
    };
    vec![full(with_both), usual, bare]
}

fn full(context: Context) -> Context {
    let logo = Some("https://www.example.com/logo.png?width=200&kind=mail".to_owned());
    let brand = Brand {
        organization_logo_url: logo.clone(),
        project_logo_url: logo,
        color: "#7a1fa2".parse().ok(),
        background: "#0b1d3a".parse().ok(),
    };
    Context { inviter: Some(inviter()), brand, ..context }
}

fn inviter() -> Inviter {
    Inviter { name: Some("Grace Hopper".to_owned()), email: "grace@example.com".to_owned() }
}

fn code() -> Code {
    Code { digits: "012345".to_owned(), expires_in_minutes: 10 }
}
