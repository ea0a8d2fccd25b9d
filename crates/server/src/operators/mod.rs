//! Whoever runs the installation and uses its dashboard: accounts of their own, sessions of their own, and a log of what they do
//! to the installation. What they do in a project its audit log tells, with their address.
//!
//! An operator may do everything, so there is little about them: an address, a password, passkeys, and sessions that end soon.

mod accounts;
mod acting;
mod caller;
mod endpoints;
mod events;
pub(crate) mod own_passkeys;
mod passkeys;
mod sessions;
mod store;

pub use accounts::{Shown, create, list, remove, remove_passkeys, reset};
pub use acting::{Wanted as WantedPlace, begin as act_in_place};
pub(crate) use caller::Operator;
pub(crate) use endpoints::{Came, SIGN_IN, SignedIn, sign_in, sign_in_with_passkey, sign_out};
pub(crate) use events::{Event, list as events};
pub(crate) use store::TABLES;

use database::{Json, Timestamp, Tx};
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{OperatorId, WebauthnRegistrationId};
use foundation::project::Project;
use frame::Call;
use std::sync::Arc;

/// An account, as it is stored.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) operator_id: OperatorId,
    pub(crate) email_address: EmailAddress,
    password_hash: String,
    /// Another with each password.
    generation: i64,
    created_at: Timestamp,
    signed_in_at: Option<Timestamp>,
}

/// A passkey, as it is stored.
pub(crate) struct Passkey {
    operator_id: OperatorId,
    pub(crate) id: WebauthnRegistrationId,
    credential_id: Vec<u8>,
    /// The domain that it was made for: the server's, or this machine.
    pub(crate) domain: String,
    /// COSE.
    public_key: Vec<u8>,
    sign_count: i64,
    transports: Json<Vec<String>>,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
}

/// Whether there is any: without one there is no dashboard.
pub(crate) async fn exist(app: &App) -> Result<bool> {
    app.db().read(|tx: &mut Tx| store::exist(tx)).await
}

/// The context of what is about the installation and not about a project. Failed proofs are counted in it as those of browsers
/// are, by client and by address.
fn of_nobody(app: &App) -> Cx {
    Cx { via: Via::Browser, ..Cx::of_operator(app, Arc::new(Project::none())) }
}

/// The same, of a request.
fn of_client<C>(call: &Call<C>) -> Cx {
    let (now, request_id, ip_address) = (call.now(), call.request_id.clone(), call.ip_address);
    Cx { now, request_id, ip_address, ..of_nobody(&call.app) }
}

/// The same, of what an operator does to their own account.
fn of_own(call: &Call<Operator>) -> Cx {
    Cx { operator: Some(call.caller.account.email_address.as_str().into()), ..of_client(call) }
}
