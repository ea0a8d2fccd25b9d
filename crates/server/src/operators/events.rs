//! What is done to the installation and not in a project, for whoever asks later.

use super::store;
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{Environment, OperatorEventId};
use serde::Serialize;

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    pub(crate) id: OperatorEventId,
    #[serde(with = "foundation::time")]
    pub(crate) occurred_at: Timestamp,
    pub(crate) action: String,
    /// Who did it: an operator's address, the command line, or nobody who could say who they are.
    pub(crate) operator: String,
    /// Whose account it was done to.
    pub(crate) email_address: String,
    pub(crate) request_id: String,
    pub(crate) ip_address: String,
}

/// Writes an event, in the transaction that it tells of.
pub(super) fn record(tx: &mut Tx, cx: &Cx, action: &str, account: &EmailAddress) -> Result<()> {
    let event = Event {
        id: OperatorEventId::new(Environment::Live),
        occurred_at: cx.now(),
        action: action.to_owned(),
        operator: cx.operator.as_deref().unwrap_or("nobody").to_owned(),
        email_address: account.to_string(),
        request_id: cx.request_id.clone(),
        ip_address: cx.ip_address.map(|address| address.to_string()).unwrap_or_default(),
    };
    store::insert_event(tx, &event)
}

/// Some events before this one, newest first.
pub(crate) async fn list(app: &App, before: Option<String>, limit: i64) -> Result<Vec<Event>> {
    app.db().read(move |tx: &mut Tx| store::events(tx, before.as_deref().unwrap_or("~"), limit)).await
}
