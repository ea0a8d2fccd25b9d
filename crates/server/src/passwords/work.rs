//! The slow part: hashing, on its own bounded pool.

use ::passwords::PasswordHash;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::secret::Secret;

/// What a password turned out to be.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) is_right: bool,
    /// A better hash of it, where the one that is stored is another program's, or made with less.
    pub(crate) upgraded: Option<String>,
}

/// Verifies a password. Where there is none to verify against, the same work is done against nobody's (threat T-45).
///
/// # Errors
/// `too_many_requests` when too many wait.
pub(crate) async fn verify(cx: &Cx, stored: Option<&str>, password: &Secret) -> Result<Verified> {
    Ok(verify_and_ask(cx, stored, password, |_| true).await?.0)
}

/// The same; and what is asked besides of one that is right, in the same turn: who waits for a second one waits twice as long.
///
/// # Errors
/// `too_many_requests` when too many wait.
pub(super) async fn verify_and_ask(
    cx: &Cx,
    stored: Option<&str>,
    password: &Secret,
    ask: impl FnOnce(&str) -> bool + Send + 'static,
) -> Result<(Verified, bool)> {
    let parameters = cx.app.password_parameters();
    let hash = match stored {
        Some(hash) => PasswordHash::parse(hash).map_err(Error::internal)?,
        None => PasswordHash::of_nobody(&parameters).map_err(Error::internal)?,
    };
    let (is_somebodys, password) = (stored.is_some(), password.clone());
    let bytes = hash.memory().max(parameters.memory());
    let work = move || {
        let is_right = hash.verify(password.reveal()) && is_somebodys;
        let upgraded = match is_right && !hash.is_current(&parameters) {
            // A hash that cannot be made better is as good as it was.
            true => ::passwords::hash(password.reveal(), &parameters).ok().map(|hash| hash.to_text()),
            false => None,
        };
        (Verified { is_right, upgraded }, is_right && ask(password.reveal()))
    };
    cx.app.hashing().run(bytes, work).await
}

/// Hashes a foreign hash once more where it is weaker than ours.
///
/// # Errors
/// `too_many_requests` when too many wait.
pub(super) async fn strengthen(cx: &Cx, hash: PasswordHash) -> Result<String> {
    let parameters = cx.app.password_parameters();
    let work = move || hash.strengthen(&parameters).map(|hash| hash.to_text());
    cx.app.hashing().run(parameters.memory(), work).await?.map_err(Error::internal)
}

/// How much memory everything else is counted with.
const LITTLE: u64 = 1 << 20;

/// Computes something about a password that is no hash, where hashes are computed: nothing delays what is not about one.
///
/// # Errors
/// `too_many_requests` when too many wait.
pub(super) async fn compute<T: Send + 'static>(cx: &Cx, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    cx.app.hashing().run(LITTLE, work).await
}

/// Hashes a password that is to be set, and was [found to do](super::policy).
///
/// # Errors
/// `too_many_requests` when too many wait.
pub(super) async fn hash(cx: &Cx, password: &Secret) -> Result<String> {
    let (parameters, password) = (cx.app.password_parameters(), password.clone());
    let work = move || ::passwords::hash(password.reveal(), &parameters).map(|hash| hash.to_text());
    cx.app.hashing().run(parameters.memory(), work).await?.map_err(Error::internal)
}
