//! Reading what others wrote about a person.

use crate::oauth_accounts::Account;
use crate::oauth_providers::Provider;
use ::oidc::Object;
use ::oidc::id_token::IdToken;
use foundation::email_address::EmailAddress;
use serde_json::Value;

/// Bytes of a name or an id.
const LONGEST: usize = 255;
/// Bytes of the address of a picture.
const LONGEST_URL: usize = 2048;

/// A text that is not empty, not too long, and on one line.
pub(super) fn text(object: &Object, name: &str) -> Option<String> {
    bounded(object.get(name)?.as_str()?, LONGEST)
}

/// An id, which some write as a number.
pub(super) fn id(object: &Object, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => bounded(text, LONGEST),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

fn bounded(text: &str, longest: usize) -> Option<String> {
    let fits = (1..=longest).contains(&text.len()) && !text.contains(char::is_control);
    fits.then(|| text.to_owned())
}

/// An address, as one is written here.
pub(super) fn email(object: &Object, name: &str) -> Option<EmailAddress> {
    EmailAddress::parse(&text(object, name)?).ok()
}

/// The address of a picture, which pages of the app will show.
pub(super) fn picture_url(object: &Object, name: &str) -> Option<String> {
    let url = bounded(object.get(name)?.as_str()?, LONGEST_URL)?;
    url::Url::parse(&url).is_ok_and(|url| url.scheme() == "https").then_some(url)
}

/// What the standard claims of an ID token say; that the address is proven is for the provider's own rule to say.
pub(super) fn of_claims(provider: &Provider, id_token: &IdToken) -> Account {
    let claims = &id_token.claims;
    let parts: Vec<_> = ["given_name", "family_name"].iter().filter_map(|name| text(claims, name)).collect();
    let full_name = text(claims, "name").or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    Account {
        provider: provider.name().to_owned(),
        issuer: id_token.issuer.clone(),
        subject: id_token.subject.clone(),
        tenants: Vec::new(),
        email: email(claims, "email"),
        proves_email: false,
        full_name,
        picture_url: picture_url(claims, "picture"),
        locale: text(claims, "locale"),
    }
}

/// What an ID token says of an address's worth: about the address beside it, and about no other (threat T-22).
const OF_THE_ADDRESS: [&str; 3] = ["email_verified", "hd", "xms_edov"];

/// Adds what the userinfo says to the claims of an ID token, which count before it. The address and what proves it are of one source.
pub(in crate::oauth) fn add_userinfo(claims: &mut Object, mut userinfo: Object) {
    let other = if claims.contains_key("email") { &mut userinfo } else { &mut *claims };
    for name in OF_THE_ADDRESS {
        other.remove(name);
    }
    for (name, value) in userinfo {
        claims.entry(name).or_insert(value);
    }
}

/// Whether it is the truth value `true`, and nothing that looks like it (threat T-22).
pub(super) fn is_true(object: &Object, name: &str) -> bool {
    object.get(name) == Some(&Value::Bool(true))
}
