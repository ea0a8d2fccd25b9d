//! The flight recorder of a directory's connection: what it asked lately, what came of it, and why what was refused was. Nothing in
//! it says more of a person than which of their fields the directory has sent.
//!
//! A first synchronisation has thousands of requests a second, and what is written of each would slow it down. So exchanges are
//! remembered, and of each connection the last ones are written every half second; a crash loses as much.

mod endpoints;
mod masking;
mod pending;
mod remedy;

pub(super) use endpoints::endpoints;
pub(crate) use pending::{exchanged, flush};

use crate::recorder;
use crate::scim::connections::Connection;
use crate::scim::connections::operations::find_public;
use database::Tx;
use foundation::app::App;
use foundation::error::Result;
use foundation::witness::Noted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Exchanges that are kept of a connection.
const KEPT: usize = 200;
/// And how many more that anybody could have sent, or that came too fast; these push no others out.
const KEPT_OF_STRANGERS: usize = 20;

/// An exchange, as it is stored and shown.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// The id of the entry.
    pub exchange_id: String,
    /// The connection that was used.
    pub connection_id: String,
    /// That of the request, as in its answer, the log and the audit log.
    pub request_id: String,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// The method of the request.
    pub method: String,
    /// What it asked for, below the base URL of the connection, with its query. Values that are compared with are masked.
    pub path: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// What became of it.
    #[schemars(extend("enum" = ["accepted", "refused"]))]
    pub verdict: String,
    /// The type of the error that it was refused with. Empty when it was accepted.
    pub error_type: String,
    /// Why, in a sentence or two, as the directory was told.
    pub reason: String,
    /// What an administrator can do about it; empty where there is nothing to do.
    pub remedy: String,
    /// What it has changed, in the words of the audit log: the first twenty.
    pub changes: Vec<Noted>,
    /// How many changes there were besides.
    pub further_changes: usize,
    /// What was sent with it: names of attributes, and values masked.
    pub request: String,
}

/// What was recorded of a connection, the newest first.
pub(crate) fn recorded(tx: &mut Tx, connection: &Connection) -> Result<Vec<Recorded>> {
    let (organization, id) = (&connection.organization_id, connection.connection_id.as_str());
    tx.visit(organization.as_str(), |tx| recorder::all(tx, organization, id, (KEPT as i64, KEPT_OF_STRANGERS as i64)))
}

/// What was recorded of a connection, the newest first, for `guildhall scim explain`. `None` where there is no such connection.
///
/// # Errors
/// Only when the database fails.
pub async fn known_of(app: &App, connection_id: &str) -> Result<Option<Vec<Recorded>>> {
    let (within, id) = (app.clone(), connection_id.to_owned());
    let read = move |tx: &mut Tx| match find_public(tx, &within, &id)? {
        Some(connection) => Ok(Some(recorded(tx, &connection)?)),
        None => Ok(None),
    };
    app.db().read(read).await
}
