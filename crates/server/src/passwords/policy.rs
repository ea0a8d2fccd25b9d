//! Which passwords do.

use super::work;
use crate::breaches;
use ::passwords::strength::{Luds, LudsFeedback, Strength};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::project::{PasswordPolicy, Settings};
use foundation::secret::Secret;

/// With the policy zxcvbn, the score that does: more than 10^8 guesses.
const ENOUGH: u8 = 3;

/// What is thought of a password. Both ways to judge one are told; the project's policy says which of them counts.
pub(super) struct Judgement {
    /// Whether it does, by the project's policy alone.
    pub(super) is_strong: bool,
    pub(super) is_breached: bool,
    pub(super) zxcvbn: Strength,
    pub(super) luds: LudsFeedback,
}

/// Judges a password, of whoever has this address.
pub(super) async fn judge(
    cx: &Cx,
    password: &Secret,
    email: Option<&EmailAddress>,
    breaches: bool,
) -> Result<Judgement> {
    let (policy, secret) = (requirement(&cx.project().settings), password.clone());
    let (project, email) = (cx.project().name.clone(), email.map(ToString::to_string).unwrap_or_default());
    let judging = move || {
        let zxcvbn = ::passwords::strength::zxcvbn(secret.reveal(), &[&email, &project]);
        (zxcvbn, ::passwords::strength::luds(secret.reveal(), &policy), ::passwords::check(secret.reveal()).is_ok())
    };
    let (zxcvbn, luds, is_usable) = work::compute(cx, judging).await?;
    let is_strong = is_usable
        && match cx.project().settings.password_policy {
            PasswordPolicy::Zxcvbn => zxcvbn.score >= ENOUGH,
            PasswordPolicy::Luds => luds.is_enough(),
        };
    let is_breached = breaches && breaches::is_known(&cx.app, password).await;
    Ok(Judgement { is_strong, is_breached, zxcvbn, luds })
}

fn requirement(settings: &Settings) -> Luds {
    let number = |value: i64| u32::try_from(value).unwrap_or_default();
    Luds {
        minimum_length: number(settings.luds_min_password_length),
        minimum_complexity: number(settings.luds_min_password_complexity),
    }
}

/// Whether a new password does.
///
/// # Errors
/// [`NEW`].
pub(super) async fn check_new(cx: &Cx, password: &Secret, email: &EmailAddress) -> Result<()> {
    ::passwords::check(password.reveal()).map_err(|why| ApiError::WeakPassword.because(format!("{why}.")))?;
    let judged = judge(cx, password, Some(email), cx.project().settings.check_breach_on_creation).await?;
    match judged {
        Judgement { is_breached: true, .. } => Err(ApiError::BreachedPassword.into()),
        Judgement { is_strong: false, .. } => Err(ApiError::WeakPassword.into()),
        _ => Ok(()),
    }
}

/// What can be wrong with a new password.
pub(super) const NEW: &[ApiError] = &[ApiError::WeakPassword, ApiError::BreachedPassword];

/// Whether a password that is right must be replaced before it is of use again.
pub(super) async fn must_be_reset(cx: &Cx, password: &Secret, email: &EmailAddress) -> Result<bool> {
    let settings = &cx.project().settings;
    let is_breached = settings.check_breach_on_authentication && breaches::is_known(&cx.app, password).await;
    if is_breached || !settings.validate_on_authentication {
        return Ok(is_breached);
    }
    // That waits for its turn once more.
    Ok(!judge(cx, password, Some(email), false).await?.is_strong)
}
