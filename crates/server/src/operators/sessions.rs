//! Sessions of operators: short, and each begun anew by a password, and a passkey where there is one (threat T-46).

use super::{Account, Passkey, events, passkeys, store};
use crate::attempts::{self, Target};
use crate::passwords;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::keys::token::{Token, TokenKind};
use foundation::secret::Secret;
use foundation::time::{MINUTE, after_minutes};
use webauthn::Shown;

/// The cookie of an operator's session. No other host of the domain sets it, no script reads it, and no other site's page sends
/// it along.
pub(super) const COOKIE: &str = "__Host-guildhall_operator";

/// Minutes that a session lasts, however much it is used.
pub(super) const MINUTES: i64 = 12 * 60;
/// Minutes after which one ends that nobody uses.
const IDLE: i64 = 60;

/// A session that stands, and whose it is.
pub(super) fn find(tx: &mut Tx, app: &App, token: &str, now: Timestamp) -> Result<Option<(Account, Timestamp)>> {
    let Some(token) = Token::parse(TokenKind::Operator, token) else { return Ok(None) };
    let found = store::session(tx, &token.hash(app.keys()))?;
    let stands = |session: &store::Session| session.expires_at > now && after_minutes(session.last_used_at, IDLE) > now;
    Ok(found.filter(|(session, _)| stands(session)).map(|(session, account)| (account, session.last_used_at)))
}

/// Notes that a session is used, to the minute.
pub(super) async fn touch(app: &App, token: &str, last_used_at: Timestamp, now: Timestamp) -> Result<()> {
    let Some(token) = Token::parse(TokenKind::Operator, token).filter(|_| now.0 - last_used_at.0 >= MINUTE) else {
        return Ok(());
    };
    let hash = token.hash(app.keys());
    app.db().write(move |tx: &mut Tx| store::note_use(tx, &hash, now)).await
}

/// What the right password leads to.
pub(super) enum Begun {
    /// The token of a session.
    Session(String),
    /// Whoever has passkeys has to show one.
    Passkeys(Account, Vec<Passkey>),
}

/// Begins a session with a password, unless the account has passkeys. One that the browser had ends.
///
/// # Errors
/// `unauthorized_credentials`, `user_lock_limit_reached`, `too_many_requests`.
pub(super) async fn begin(cx: &Cx, email: &EmailAddress, password: &Secret, before: Option<String>) -> Result<Begun> {
    let by = cx.clone();
    let go_on = move |tx: &mut Tx, account: Account| {
        let passkeys = store::passkeys(tx, &account.operator_id)?;
        match passkeys.is_empty() {
            true => sign_in(tx, &by, &account, before.as_deref()).map(Begun::Session),
            false => Ok(Begun::Passkeys(account, passkeys)),
        }
    };
    with_password(cx, email, password, go_on).await
}

/// Whether an operator who is signed in knows the password of their account.
///
/// # Errors
/// `unauthorized_credentials`, `user_lock_limit_reached`, `too_many_requests`.
pub(super) async fn prove(cx: &Cx, account: &Account, password: &Secret) -> Result<()> {
    with_password(cx, &account.email_address, password, |_, _| Ok(())).await
}

/// Does something as the account with this address, if the password is its.
async fn with_password<T: Send + 'static>(
    cx: &Cx,
    email: &EmailAddress,
    password: &Secret,
    work: impl Fn(&mut Tx, Account) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (asked, address) = (cx.clone(), email.clone());
    let look_up = move |tx: &mut Tx| {
        attempts::check(tx, &asked, &target(&address))?;
        store::find(tx, &address)
    };
    let found = cx.read(look_up).await?;
    let verified = passwords::verify(cx, found.as_ref().map(|found| found.password_hash.as_str()), password).await?;
    let (asked, address) = (cx.clone(), email.clone());
    let settle = move |tx: &mut Tx| {
        attempts::check(tx, &asked, &target(&address))?;
        let is_same = |now: &Account| found.as_ref().is_some_and(|found| found.generation == now.generation);
        let account = store::find(tx, &address)?;
        match account.clone().filter(|account| verified.is_right && is_same(account)) {
            Some(account) => {
                attempts::succeeded(tx, &asked, &target(&address))?;
                if let Some(better) = &verified.upgraded {
                    store::upgrade(tx, &account, better)?;
                }
                work(tx, account)
            }
            None => {
                if account.is_some() {
                    events::record(tx, &asked, "operator.sign_in.refused", &address)?;
                }
                Err(attempts::failed(tx, &asked, &target(&address), ApiError::WrongPassword)?)
            }
        }
    };
    cx.write(settle).await
}

/// Begins a session of whoever has shown the password, with a passkey. One that the browser had ends.
///
/// # Errors
/// `webauthn_challenge_not_found`, `unable_to_authenticate_webauthn`, `invalid_public_key_credential`.
pub(super) async fn begin_with_passkey(cx: &Cx, shown: Shown, before: Option<String>) -> Result<String> {
    let by = cx.clone();
    let work = move |tx: &mut Tx| {
        let account = passkeys::show(tx, &by, &shown)?;
        sign_in(tx, &by, &account, before.as_deref())
    };
    cx.write(work).await
}

/// Failures are counted as those of an address in a project that is nobody's.
fn target(email: &EmailAddress) -> Target<'_> {
    Target::Discovery { email }
}

fn sign_in(tx: &mut Tx, cx: &Cx, account: &Account, before: Option<&str>) -> Result<String> {
    if let Some(before) = before.and_then(|token| Token::parse(TokenKind::Operator, token)) {
        store::end_session(tx, &before.hash(cx.app.keys()))?;
    }
    let token = Token::generate(TokenKind::Operator, account.operator_id.uuid())?;
    let session = store::Session {
        operator_id: account.operator_id.clone(),
        last_used_at: cx.now(),
        expires_at: after_minutes(cx.now(), MINUTES),
    };
    let ip_address = cx.ip_address.map(|address| address.to_string()).unwrap_or_default();
    store::insert_session(tx, &token.hash(cx.app.keys()), &session, &ip_address)?;
    store::note_sign_in(tx, &account.operator_id, cx.now())?;
    let operator = Some(account.email_address.as_str().into());
    events::record(tx, &Cx { operator, ..cx.clone() }, "operator.sign_in", &account.email_address)?;
    Ok(token.to_text())
}

/// Ends a session.
pub(super) async fn end(cx: &Cx, account: &Account, token: &str) -> Result<()> {
    let Some(token) = Token::parse(TokenKind::Operator, token) else { return Ok(()) };
    let (hash, email, by) = (token.hash(cx.app.keys()), account.email_address.clone(), cx.clone());
    let work = move |tx: &mut Tx| {
        if store::end_session(tx, &hash)? {
            events::record(tx, &by, "operator.sign_out", &email)?;
        }
        Ok(())
    };
    cx.write(work).await
}
