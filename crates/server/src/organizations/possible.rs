//! What members may ask of each other: only what somebody can prove.
//!
//! Whoever asks for what nobody can prove shuts everybody out, themselves included, and there is no page on which it could
//! be taken back. A backend may: it can undo it, and imports what its own ways in will ask for.

use super::{AuthMethod, MfaMethod, MfaMethods, MfaPolicy, Settings};
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
    if lets_second_factors_be_proven(before) && !lets_second_factors_be_proven(after) {
        return Err(ApiError::InvalidMfaPolicy.because(no_second_factor(after)));
    }
    Ok(())
}

/// Refuses that a member or a page asks for a second factor of a member, when there is none to prove.
///
/// # Errors
/// [`ApiError::InvalidArgument`].
pub(crate) fn check_enrolment(cx: &Cx, settings: &Settings) -> Result<()> {
    match is_of_backend(cx) || has_second_factor(settings) {
        true => Ok(()),
        false => Err(ApiError::InvalidArgument.because(no_second_factor(settings))),
    }
}

fn is_of_backend(cx: &Cx) -> bool {
    cx.acting.is_none() && !cx.is_browser()
}

fn lets_somebody_in(settings: &Settings) -> bool {
    settings.usable_auth_methods().iter().any(|method| AuthMethod::BUILT.contains(method))
}

fn lets_second_factors_be_proven(settings: &Settings) -> bool {
    settings.mfa_policy == MfaPolicy::Optional || has_second_factor(settings)
}

fn has_second_factor(settings: &Settings) -> bool {
    let is_allowed =
        |method| settings.mfa_methods == MfaMethods::AllAllowed || settings.allowed_mfa_methods.contains(method);
    MfaMethod::BUILT.iter().any(is_allowed)
}

fn no_second_factor(settings: &Settings) -> String {
    let built = words(MfaMethod::BUILT.iter().map(|method| method.as_str()));
    match (MfaMethod::BUILT, settings.mfa_methods) {
        ([], _) => "Nobody could log in: this server has no second factor yet that could be proven.".into(),
        _ => format!("Nobody could log in: allowed_mfa_methods has none that this server has ({built})."),
    }
}

fn words<'a>(methods: impl Iterator<Item = &'a str>) -> String {
    methods.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organizations::AuthMethods;

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
            assert_eq!(lets_somebody_in(&only(&[*method])), AuthMethod::BUILT.contains(method), "{method:?}");
        }
    }

    #[test]
    fn only_what_is_built_is_a_second_factor() {
        let required = |allowed_mfa_methods: &[MfaMethod]| Settings {
            mfa_policy: MfaPolicy::RequiredForAll,
            mfa_methods: MfaMethods::Restricted,
            allowed_mfa_methods: allowed_mfa_methods.to_vec(),
            ..Settings::default()
        };
        assert!(lets_second_factors_be_proven(&Settings::default()));
        for method in MfaMethod::ALL {
            let is_built = MfaMethod::BUILT.contains(method);
            assert_eq!(lets_second_factors_be_proven(&required(&[*method])), is_built, "{method:?}");
        }
    }
}
