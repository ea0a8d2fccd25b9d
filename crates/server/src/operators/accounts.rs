//! What the command line does with accounts. Nobody makes one over the network.

use super::{Account, events, of_nobody, store};
use crate::passwords;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Result};
use foundation::id::{Environment, OperatorId};
use foundation::secret::Secret;
use serde::Serialize;
use std::collections::HashMap;

/// An account, as it is shown.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub operator_id: OperatorId,
    pub email_address: EmailAddress,
    #[serde(with = "foundation::time")]
    pub created_at: Timestamp,
    /// `null` for who has not signed in yet.
    #[serde(with = "foundation::time::optional")]
    pub signed_in_at: Option<Timestamp>,
    /// How many passkeys there are.
    pub passkeys: i64,
}

impl Shown {
    fn new(account: Account, passkeys: i64) -> Self {
        let Account { operator_id, email_address, created_at, signed_in_at, .. } = account;
        Self { operator_id, email_address, created_at, signed_in_at, passkeys }
    }
}

fn by_command(app: &App) -> Cx {
    Cx { operator: Some("command line".into()), ..of_nobody(app) }
}

pub(super) fn address(email: &str) -> Result<EmailAddress> {
    EmailAddress::parse(email).map_err(|_| ApiError::InvalidEmail.into())
}

/// Makes an account.
///
/// # Errors
/// `invalid_email`, `duplicate_operator`, and those of a password that does not do.
pub async fn create(app: &App, email: &str, password: &Secret) -> Result<Shown> {
    let (email, cx) = (address(email)?, by_command(app));
    let hash = passwords::new_hash(&cx, password, &email).await?;
    let work = move |tx: &mut Tx| {
        let account = Account {
            operator_id: OperatorId::new(Environment::Live),
            email_address: email.clone(),
            password_hash: hash.clone(),
            generation: 0,
            created_at: cx.now(),
            signed_in_at: None,
        };
        store::insert(tx, &account)?;
        events::record(tx, &cx, "operator.create", &email)?;
        Ok(Shown::new(account, 0))
    };
    app.db().write(work).await
}

/// All of them, oldest first.
pub async fn list(app: &App) -> Result<Vec<Shown>> {
    app.db()
        .read(|tx: &mut Tx| {
            let mut passkeys: HashMap<_, _> = store::count_passkeys(tx)?.into_iter().collect();
            let shown = |account: Account| {
                let passkeys = passkeys.remove(&account.operator_id).unwrap_or_default();
                Shown::new(account, passkeys)
            };
            Ok(store::all(tx)?.into_iter().map(shown).collect())
        })
        .await
}

/// Takes an account away, and ends its sessions.
///
/// # Errors
/// `operator_not_found`.
pub async fn remove(app: &App, email: &str) -> Result<()> {
    let (email, cx) = (address(email)?, by_command(app));
    let work = move |tx: &mut Tx| {
        let account = store::find(tx, &email)?.ok_or(ApiError::OperatorNotFound)?;
        store::end_sessions(tx, &account.operator_id)?;
        store::delete_passkeys(tx, &account.operator_id)?;
        store::delete(tx, &account.operator_id)?;
        events::record(tx, &cx, "operator.remove", &email)
    };
    app.db().write(work).await
}

/// Takes all passkeys of an account away, and ends its sessions: the password suffices until it has one again. How many there were.
///
/// # Errors
/// `operator_not_found`.
pub async fn remove_passkeys(app: &App, email: &str) -> Result<u64> {
    let (email, cx) = (address(email)?, by_command(app));
    let work = move |tx: &mut Tx| {
        let account = store::find(tx, &email)?.ok_or(ApiError::OperatorNotFound)?;
        let removed = store::delete_passkeys(tx, &account.operator_id)?;
        store::end_sessions(tx, &account.operator_id)?;
        events::record(tx, &cx, "operator.passkeys.remove", &email)?;
        Ok(removed)
    };
    app.db().write(work).await
}

/// Gives an account another password, and ends its sessions.
///
/// # Errors
/// `operator_not_found`, and those of a password that does not do.
pub async fn reset(app: &App, email: &str, password: &Secret) -> Result<()> {
    let (email, cx) = (address(email)?, by_command(app));
    let hash = passwords::new_hash(&cx, password, &email).await?;
    let work = move |tx: &mut Tx| {
        let account = store::find(tx, &email)?.ok_or(ApiError::OperatorNotFound)?;
        store::set_password(tx, &account.operator_id, &hash)?;
        store::end_sessions(tx, &account.operator_id)?;
        events::record(tx, &cx, "operator.reset", &email)
    };
    app.db().write(work).await
}
