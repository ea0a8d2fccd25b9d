//! What members may ask of each other: only what somebody can prove.
//!
//! Whoever asks for what nobody can prove shuts everybody out, themselves included, and there is no page on which it could
//! be taken back. A backend may: it can undo it, and imports what its own ways in will ask for.

use super::{AuthMethod, Settings};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};

/// Refuses a change, made by a member or a page, after which no login could succeed.
pub(super) fn check(cx: &Cx, before: &Settings, after: &Settings) -> Result<()> {
    if is_of_backend(cx) {
        return Ok(());
    }
    if lets_somebody_in(before) && !lets_somebody_in(after) {
        let built = words(AuthMethod::BUILT.iter().map(|method| method.as_str()));
        return Err(ApiError::InvalidAllowedAuthMethods
            .because(format!("Nobody could log in: allowed_auth_methods needs one that this server has ({built}).")));
    }
    Ok(())
}

fn is_of_backend(cx: &Cx) -> bool {
    cx.acting.is_none() && !cx.is_browser()
}

fn lets_somebody_in(settings: &Settings) -> bool {
    let has_connection = !settings.sso_active_connections.is_empty();
    let lets_in =
        |method: &&AuthMethod| AuthMethod::BUILT.contains(method) && (**method != AuthMethod::Sso || has_connection);
    settings.usable_auth_methods().iter().any(|method| lets_in(&method))
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
        assert!(lets_somebody_in(&Settings::default()));
        assert!(lets_somebody_in(&only(AuthMethod::ALL)));
        for method in AuthMethod::ALL {
            let lets_in = AuthMethod::BUILT.contains(method) && *method != AuthMethod::Sso;
            assert_eq!(lets_somebody_in(&only(&[*method])), lets_in, "{method:?}");
        }
        let connection = ActiveSsoConnection {
            connection_id: "saml-connection".into(),
            display_name: String::new(),
            identity_provider: String::new(),
            unknown: Default::default(),
        };
        let with_sso = Settings { sso_active_connections: vec![connection], ..only(&[AuthMethod::Sso]) };
        assert!(lets_somebody_in(&with_sso));
    }
}
