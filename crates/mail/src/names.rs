//! The names that templates and phrases may use, and what stands for each.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::{
    brand::is_logo_url,
    color::Color,
    expiry::in_words,
    message::{Context, Inviter},
    one_line::one_line,
    phrases::Phrases,
    unlinked::{unlinked, unlinked_address},
};

/// What a template may name, and what it is. Phrases may name those before `link`.
pub const NAMES: [(&str, &str); 23] = [
    ("place", "the organization's name, or the project's where there is none"),
    ("project_name", "the project's name"),
    ("organization_name", "the organization's name; may be missing"),
    ("member_name", "the reader's name; may be missing"),
    ("email", "the address that the mail goes to"),
    ("inviter", "who invites, name and address; missing unless a member invites"),
    ("inviter_name", "the name of who invites, or the address; missing unless a member invites"),
    ("expires_in", "how long the link works, in words; in certificate_ending, how long the certificate is good"),
    ("code_expires_in", "how long the code works, in words; missing where there is no code"),
    ("connection_name", "in certificate_ending, the name of the connection; may be missing"),
    ("link", "the link; empty where there is none"),
    ("login_link", "in password_reset, a link to sign in without a password; empty where there is none"),
    ("code", "the digits of the code; missing where there is none"),
    ("lang", "the language, as in pt-br"),
    ("words", "the phrases of this mail: see below"),
    ("logo_url", "the logo of the organization, or else of the project; missing where there is none"),
    ("logo_alt", "whose logo it is"),
    ("button_color", "the color of the organization, or else of the project, or ours"),
    ("button_text_color", "black or white, whichever is legible on it"),
    ("button_edge_color", "the same as button_color, or gray where that might be lost on its ground"),
    ("brand_color", "the color of the organization, or else of the project; missing where there is none"),
    ("background_color", "the ground of the head, of the organization or the project; missing where there is none"),
    ("background_text_color", "black or white, whichever is legible on it; missing where there is none"),
];

/// Those that phrases may name too.
pub(crate) const PHRASE_NAMES: usize = 10;

/// The phrases in `words`.
pub const WORDS: [(&str, &str); 12] = [
    ("subject", "the subject"),
    ("greeting", "what the mail begins with"),
    ("intro", "what it is about"),
    ("button", "what to press; missing where there is no link"),
    ("link", "that the link can be opened by hand"),
    ("expiry", "how long the link works"),
    ("code", "said between a link and a code"),
    ("code_expiry", "how long the code works"),
    ("secret", "that nobody asks for the code"),
    ("without_password", "said before login_link"),
    ("ignore", "what to do if one did not ask for it"),
    ("footer", "to whom it was sent, and for which project"),
];

/// The values that phrases and templates may name. Tenants choose the names of organizations and members, so each is
/// held to one line, and is no link: in the plain part nothing else keeps a name from posing as a paragraph of ours. The
/// project's name is the operator's own.
pub(crate) fn of_phrases(to: &str, context: &Context, phrases: &Phrases) -> Value {
    let project_name = one_line(&context.project_name);
    let organization_name = theirs(context.organization_name.as_deref());
    let inviter = context.inviter.as_ref();
    context! {
        place => organization_name.clone().unwrap_or_else(|| project_name.clone()),
        project_name,
        organization_name,
        member_name => theirs(context.member_name.as_deref()),
        email => unlinked_address(to),
        inviter => inviter.map(inviter_in_full),
        inviter_name => inviter.map(inviter_name),
        expires_in => in_words(context.expires_in_minutes, &phrases.units),
        code_expires_in => context.code.as_ref().map(|code| in_words(code.expires_in_minutes, &phrases.units)),
        connection_name => theirs(context.connection_name.as_deref()),
    }
}

/// Those and what only templates may name.
pub(crate) fn of_templates(
    lang: &'static str,
    context: &Context,
    words: BTreeMap<&'static str, String>,
    names: Value,
) -> Value {
    let color = context.brand.color.unwrap_or_default();
    let (logo_url, logo_alt) = logo(context).unzip();
    context! {
        lang,
        link => context.link.as_deref().unwrap_or_default(),
        login_link => context.login_link.as_deref().unwrap_or_default(),
        code => context.code.as_ref().map(|code| &code.digits),
        words => Value::from_pairs(words),
        logo_url,
        logo_alt,
        button_color => color.to_string(),
        button_text_color => color.text().to_string(),
        button_edge_color => color.edge().to_string(),
        brand_color => context.brand.color.map(|color: Color| color.to_string()),
        background_color => context.brand.background.map(|color| color.to_string()),
        background_text_color => context.brand.background.map(|color| color.text().to_string()),
        ..names
    }
}

/// The logo, and whose it is.
fn logo(context: &Context) -> Option<(&str, String)> {
    let brand = &context.brand;
    let of_organization = brand.organization_logo_url.as_deref().filter(|url| is_logo_url(url));
    let of_project = brand.project_logo_url.as_deref().filter(|url| is_logo_url(url));
    of_organization
        .zip(theirs(context.organization_name.as_deref()))
        .or_else(|| of_project.map(|url| (url, one_line(&context.project_name))))
}

/// A name that a tenant has chosen.
fn theirs(name: Option<&str>) -> Option<String> {
    name.map(|name| one_line(&unlinked(&one_line(name)))).filter(|name| !name.is_empty())
}

/// Anybody may call themselves anything, so the address stands beside the name.
fn inviter_in_full(inviter: &Inviter) -> String {
    let email = unlinked_address(&inviter.email);
    theirs(inviter.name.as_deref()).map_or_else(|| email.clone(), |name| format!("{name} ({email})"))
}

fn inviter_name(inviter: &Inviter) -> String {
    theirs(inviter.name.as_deref()).unwrap_or_else(|| unlinked_address(&inviter.email))
}
