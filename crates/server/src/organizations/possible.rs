//! What members may ask of each other: only what somebody can prove.
//!
//! Whoever asks for what nobody can prove shuts everybody out, themselves included, and there is no page on which it could
//! be taken back. A backend may: it can undo it, and imports what its own ways in will ask for.

use super::{AuthMethod, Settings};
use crate::oauth_providers::{self, Provider};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};

/// Refuses a change, made by a member or a page, after which no login could succeed.
pub(super) fn check(tx: &mut Tx, cx: &Cx, before: &Settings, after: &Settings) -> Result<()> {
    if is_of_backend(cx) || before.usable_auth_methods() == after.usable_auth_methods() {
        return Ok(());
    }
    let providers = oauth_providers::of_project(tx, cx.project())?;
    if lets_somebody_in(before, &providers) && !lets_somebody_in(after, &providers) {
        let built = AuthMethod::BUILT.iter().filter(|method| is_there(**method, true, &providers));
        let built = words(built.map(|method| method.as_str()));
        return Err(ApiError::InvalidAllowedAuthMethods
            .because(format!("Nobody could log in: allowed_auth_methods needs one that this server has ({built}).")));
    }
    Ok(())
}

fn is_of_backend(cx: &Cx) -> bool {
    cx.acting.is_none() && !cx.is_browser()
}

fn lets_somebody_in(settings: &Settings, providers: &[Provider]) -> bool {
    let has_connection = !settings.sso_active_connections.is_empty();
    settings.usable_auth_methods().iter().any(|method| is_there(*method, has_connection, providers))
}

/// Whether somebody could log in by a method: SSO takes a connection, and OAuth a provider that the project has.
fn is_there(method: AuthMethod, has_connection: bool, providers: &[Provider]) -> bool {
    AuthMethod::BUILT.contains(&method)
        && match method {
            AuthMethod::Sso => has_connection,
            AuthMethod::MagicLink | AuthMethod::EmailOtp | AuthMethod::Password => true,
            by_provider => providers.iter().any(|provider| AuthMethod::at(provider) == by_provider),
        }
}

fn words<'a>(methods: impl Iterator<Item = &'a str>) -> String {
    methods.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organizations::{ActiveSsoConnection, AuthMethods};

    #[test]
    fn only_what_is_built_lets_somebody_in() {
        let only = |allowed_auth_methods: &[AuthMethod]| Settings {
            auth_methods: AuthMethods::Restricted,
            allowed_auth_methods: allowed_auth_methods.to_vec(),
            ..Settings::default()
        };
        assert!(lets_somebody_in(&Settings::default(), &[]));
        assert!(lets_somebody_in(&only(AuthMethod::ALL), &[]));
        let by_mail = [AuthMethod::MagicLink, AuthMethod::EmailOtp, AuthMethod::Password];
        let own = Provider::Oidc("acme".into());
        for (providers, by_provider) in [
            (vec![], vec![]),
            (vec![Provider::Google, own], vec![AuthMethod::GoogleOauth, AuthMethod::OidcOauth]),
            (vec![Provider::Github], vec![AuthMethod::GithubOauth]),
        ] {
            for method in AuthMethod::ALL {
                let lets_in = by_mail.contains(method) || by_provider.contains(method);
                assert_eq!(lets_somebody_in(&only(&[*method]), &providers), lets_in, "{method:?} {providers:?}");
            }
        }
        let connection = ActiveSsoConnection {
            connection_id: "saml-connection".into(),
            display_name: String::new(),
            identity_provider: String::new(),
            unknown: Default::default(),
        };
        let with_sso = Settings { sso_active_connections: vec![connection], ..only(&[AuthMethod::Sso]) };
        assert!(lets_somebody_in(&with_sso, &[]));
    }
}
