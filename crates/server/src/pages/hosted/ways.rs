//! The ways in that a page offers: those that the organization and the project allow, and no others.

use super::step::More;
use super::visitor::Visitor;
use crate::decision::may_begin_with_passkey;
use crate::oauth_providers::Provider;
use crate::organizations::{AuthMethod, Settings};
use foundation::error::{Error, Result};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

/// The ways in.
pub(super) struct Ways {
    methods: Vec<AuthMethod>,
    /// Whether a passkey is one.
    pub(super) passkey: bool,
}

/// What decides of an organization's settings, which a login page may know.
const DECIDE: &[&str] = &["auth_methods", "allowed_auth_methods", "passkey_policy"];

impl Ways {
    /// Those that an organization lets its members take, and that it asks for now; without one, all.
    pub(super) fn of(visitor: &Visitor, organization: Option<&Value>) -> Result<Self> {
        let Some(organization) = organization else {
            let mut methods = AuthMethod::BUILT.to_vec();
            // Without an organization a password is nobody's, unless it is an address's.
            methods.retain(|method| {
                *method != AuthMethod::Password || visitor.project().settings.cross_org_passwords_enabled
            });
            return Ok(Self { methods, passkey: true });
        };
        let said: Map<_, _> = DECIDE.iter().map(|name| ((*name).to_owned(), organization[*name].clone())).collect();
        let settings: Settings =
            serde_json::from_value(said.into()).map_err(|error| Error::Internal(Box::new(error)))?;
        let slug = organization["organization_slug"].as_str().unwrap_or_default();
        Ok(Self::allowed(&settings, visitor.step.more_for(slug)))
    }

    /// Those that these settings allow, and that would do for what is missing.
    fn allowed(settings: &Settings, more: Option<&More>) -> Self {
        let mut methods = settings.usable_auth_methods().to_vec();
        methods.retain(|method| more.is_none_or(|more| more.methods.contains(method)));
        let passkey = may_begin_with_passkey(settings, false) && more.is_none_or(|more| more.passkey);
        Self { methods, passkey }
    }

    /// Whether this is one.
    pub(super) fn has(&self, method: AuthMethod) -> bool {
        self.methods.contains(&method)
    }

    /// How a mail proves an address here; nothing where it does not.
    pub(super) fn by_mail(&self) -> &'static str {
        match (self.has(AuthMethod::MagicLink), self.has(AuthMethod::EmailOtp)) {
            (true, _) => "link",
            (false, true) => "code",
            (false, false) => "",
        }
    }
}

/// Where logins by these connections begin.
pub(super) fn by_connections(visitor: &mut Visitor, connections: &[Value]) -> Result<Vec<Value>> {
    let link = |visitor: &mut Visitor, connection: &Value| {
        let name = connection["connection_id"].as_str().unwrap_or_default();
        let url = address(visitor, "/v1/public/sso/start", &LOGIN, &[("connection_id", name)])?;
        Ok(json!({ "label": connection["display_name"], "href": url }))
    };
    connections.iter().map(|connection| link(visitor, connection)).collect()
}

/// Where logins at the providers begin that the project has, and the organization allows.
pub(super) async fn by_providers(visitor: &mut Visitor, ways: &Ways) -> Result<Vec<Value>> {
    let mut providers = visitor.providers().await?;
    providers.retain(|provider| ways.has(AuthMethod::at(provider)));
    // Those that people know come first.
    let place = |provider: &Provider| Provider::KNOWN.iter().position(|known| known == provider);
    providers.sort_by_key(|provider| place(provider).unwrap_or(Provider::KNOWN.len()));
    let slug = visitor.way.organization().map(str::to_owned);
    let link = |visitor: &mut Visitor, provider: &Provider| {
        let begin = format!("/v1/b2b/public/oauth/{}", provider.name());
        let url = match &slug {
            Some(slug) => address(visitor, &format!("{begin}/start"), &LOGIN, &[("slug", slug.as_str())]),
            None => address(visitor, &format!("{begin}/discovery/start"), &["discovery_redirect_url"], &[]),
        };
        Ok(json!({ "label": provider.type_name(), "href": url? }))
    };
    providers.iter().map(|provider| link(visitor, provider)).collect()
}

/// What the address is called in a login to an organization.
const LOGIN: [&str; 2] = ["login_redirect_url", "signup_redirect_url"];

/// An address that leads elsewhere and, by these names, back here: to this browser only, for no other could finish what it began
/// (RFC 7636).
fn address(visitor: &mut Visitor, path: &str, back: &[&str], said: &[(&str, &str)]) -> Result<String> {
    let challenge = visitor.challenge(true)?.unwrap_or_default();
    let mut query = Serializer::new(String::new());
    query.append_pair("public_token", visitor.public_token()).extend_pairs(said);
    query.extend_pairs(back.iter().map(|name| (name, visitor.arrival())));
    query.append_pair("pkce_code_challenge", &challenge);
    Ok(format!("{path}?{}", query.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organizations::{AuthMethods, PasskeyPolicy};
    use AuthMethod::{EmailOtp, GithubOauth, GoogleOauth, MagicLink, OidcOauth, Password, Sso};

    #[test]
    fn a_page_offers_what_the_organization_allows_and_what_is_missing() {
        let only = |methods: &[AuthMethod], passkey_policy| Settings {
            auth_methods: AuthMethods::Restricted,
            allowed_auth_methods: methods.to_vec(),
            passkey_policy,
            ..Settings::default()
        };
        let more = |methods: &[AuthMethod], passkey| More { slug: "acme".into(), methods: methods.to_vec(), passkey };
        let open = Settings::default();
        let closed = only(&[Sso, GithubOauth], PasskeyPolicy::UnlessRestricted);
        let by_mail = only(&[MagicLink, EmailOtp, OidcOauth], PasskeyPolicy::Allowed);
        let missing = more(&[MagicLink, EmailOtp, GoogleOauth], true);
        for (settings, more, expected, mail, passkey) in [
            (&open, None, AuthMethod::ALL.to_vec(), "link", true),
            (&open, Some(&missing), vec![MagicLink, EmailOtp, GoogleOauth], "link", true),
            (&open, Some(&more(&[Password, EmailOtp], false)), vec![EmailOtp, Password], "code", false),
            (&closed, None, vec![Sso, GithubOauth], "", false),
            // What an earlier answer has asked for allows nothing.
            (&closed, Some(&missing), vec![], "", false),
            (&by_mail, None, vec![MagicLink, EmailOtp, OidcOauth], "link", true),
            (&only(&[EmailOtp], PasskeyPolicy::NotAllowed), None, vec![EmailOtp], "code", false),
        ] {
            let ways = Ways::allowed(settings, more);
            assert_eq!((ways.by_mail(), ways.passkey), (mail, passkey), "{expected:?}");
            for method in AuthMethod::ALL {
                assert_eq!(ways.has(*method), expected.contains(method), "{method:?} of {expected:?}");
            }
        }
    }
}
