//! Which passwords do.

use super::work;
use crate::breaches;
use ::passwords::strength::{self, Luds, LudsFeedback, Strength};
use foundation::config::Config;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::memory::Memory;
use foundation::project::PasswordPolicy;
use foundation::recent::Recent;
use foundation::secret::Secret;
use std::time::Duration;

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

/// What a password is held against.
struct Rules {
    policy: PasswordPolicy,
    luds: Luds,
    /// What makes one easy to guess: the name of the project, and the address of whoever has it.
    names: [String; 2],
}

impl Rules {
    fn of(cx: &Cx, email: Option<&EmailAddress>) -> Self {
        let settings = &cx.project().settings;
        let number = |value: i64| u32::try_from(value).unwrap_or_default();
        let luds = Luds {
            minimum_length: number(settings.luds_min_password_length),
            minimum_complexity: number(settings.luds_min_password_complexity),
        };
        let names = [email.map(ToString::to_string).unwrap_or_default(), cx.project().name.clone()];
        Self { policy: settings.password_policy, luds, names }
    }

    fn judge(&self, password: &str) -> (bool, Strength, LudsFeedback) {
        let names = self.names.each_ref().map(String::as_str);
        let (zxcvbn, luds) = (strength::zxcvbn(password, &names), strength::luds(password, &self.luds));
        let is_enough = match self.policy {
            PasswordPolicy::Zxcvbn => zxcvbn.score >= ENOUGH,
            PasswordPolicy::Luds => luds.is_enough(),
        };
        (is_enough && ::passwords::check(password).is_ok(), zxcvbn, luds)
    }
}

/// Judges a password, of whoever has this address.
pub(super) async fn judge(
    cx: &Cx,
    password: &Secret,
    email: Option<&EmailAddress>,
    breaches: bool,
) -> Result<Judgement> {
    let (rules, secret) = (Rules::of(cx, email), password.clone());
    let (is_strong, zxcvbn, luds) = work::compute(cx, move || rules.judge(secret.reveal())).await?;
    let is_breached = breaches && breaches::is_known(&cx.app, password).await;
    Ok(Judgement { is_strong, is_breached, zxcvbn, luds })
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

/// Stored passwords that were strong enough when somebody logged in, each with what it was held against.
struct Strong(Recent<u128, ()>);

/// How many are remembered, and for how long: as long as the key is the same, so is the verdict.
const STRONG: usize = 100_000;
const STRONG_FOR: Duration = Duration::from_secs(3600);

impl Memory for Strong {
    fn new(_: &Config) -> Self {
        Self(Recent::new(STRONG, STRONG_FOR))
    }
}

/// Whether a password that is right, and that this hash is stored of, is strong enough to log in with; to be asked where it is
/// verified.
pub(super) fn at_login(cx: &Cx, email: &EmailAddress, hash: &str) -> impl FnOnce(&str) -> bool + Send + 'static {
    let rules = cx.project().settings.validate_on_authentication.then(|| Rules::of(cx, Some(email)));
    let key = rules.as_ref().map(|Rules { policy, luds, names }| {
        let Luds { minimum_length, minimum_complexity } = luds;
        let text = format!("{hash}\0{policy:?}\0{minimum_length}\0{minimum_complexity}\0{}\0{}", names[0], names[1]);
        cx.app.fingerprints().of(text.as_bytes())
    });
    let app = cx.app.clone();
    move |password| {
        let Some((rules, key)) = rules.zip(key) else { return true };
        let Strong(known) = app.memory();
        if known.get(&key).is_some() {
            return true;
        }
        let (is_strong, ..) = rules.judge(password);
        if is_strong {
            known.insert(key, ());
        }
        is_strong
    }
}

/// Whether a password that is right is known from breaches, where the project has that looked up when somebody logs in.
pub(super) async fn is_breached(cx: &Cx, password: &Secret) -> bool {
    cx.project().settings.check_breach_on_authentication && breaches::is_known(&cx.app, password).await
}
