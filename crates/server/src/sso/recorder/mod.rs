//! The flight recorder of connections: the last exchanges with an identity provider, and for each one sentence that says what
//! was seen and what was expected.

mod endpoints;
mod masking;
mod store;

pub(crate) use endpoints::endpoints;
pub(crate) use masking::{MASK, bounded, masked_xml};
pub(crate) use store::TABLES;

use crate::sso::connections::{Connection, operations};
use crate::sso::protocol::Protocol;
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::SsoExchangeId;
use foundation::project::Project;
use foundation::time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Exchanges that are kept of a connection.
const KEPT: i64 = 50;
/// How many of them may be ones that anybody could have sent, and that push no others out.
const KEPT_OF_STRANGERS: i64 = 20;

/// An exchange, to be recorded.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) request_id: String,
    pub(crate) protocol: Protocol,
    /// Whether it belongs to a login that was begun here.
    pub(crate) answers_login: bool,
    /// Whether the identity provider's signature is on it.
    pub(crate) is_verified: bool,
    /// What came, without what could be used again.
    pub(crate) response: String,
}

/// An exchange that came to an end.
pub(crate) struct Finished {
    exchange: Exchange,
    refused: Option<(ApiError, String)>,
}

impl Exchange {
    /// It led to a login.
    pub(crate) fn accepted(self) -> Finished {
        Finished { exchange: self, refused: None }
    }

    /// It did not.
    pub(crate) fn refused(self, error: ApiError, reason: &str) -> Finished {
        Finished { exchange: self, refused: Some((error, reason.to_owned())) }
    }
}

/// An exchange, as it is stored and shown.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// Its id.
    pub exchange_id: String,
    /// Whose it is.
    pub connection_id: String,
    /// That of the request with which the browser came back: a person who was turned away has it on their page.
    pub request_id: String,
    /// RFC 3339.
    pub created_at: String,
    /// `saml` or `oidc`.
    pub protocol: String,
    /// Whether it belongs to a login that was begun here; if not, the identity provider began it.
    pub answers_login: bool,
    /// `accepted` or `refused`.
    pub verdict: String,
    /// Empty when it was accepted.
    pub error_type: String,
    /// In one sentence: which value was seen, and which was expected.
    pub reason: String,
    /// What came, without what could be used again.
    pub response: String,
}

/// Records an exchange.
pub(crate) fn record(tx: &mut Tx, cx: &Cx, connection: &Connection, finished: Finished) -> Result<()> {
    let Finished { exchange, refused } = finished;
    let id = SsoExchangeId::new(cx.project().environment);
    let is_known = exchange.answers_login || exchange.is_verified;
    let (error_type, reason) = match &refused {
        Some((error, reason)) => (error.error_type(), reason.clone()),
        None => ("", "The login was accepted.".to_owned()),
    };
    let recorded = Recorded {
        exchange_id: id.to_string(),
        connection_id: connection.connection_id.to_string(),
        request_id: exchange.request_id,
        created_at: time::to_text(cx.now()),
        protocol: exchange.protocol.as_str().to_owned(),
        answers_login: exchange.answers_login,
        verdict: if refused.is_some() { "refused" } else { "accepted" }.to_owned(),
        error_type: error_type.to_owned(),
        reason: bounded(reason),
        response: exchange.response,
    };
    let organization = &connection.organization_id;
    tx.visit(organization.as_str(), |tx| {
        let of = store::Of { organization, connection: &connection.connection_id };
        store::insert(tx, of, &cx.project().id, &id, is_known, &recorded, cx.now())?;
        store::trim(tx, of, is_known, if is_known { KEPT - KEPT_OF_STRANGERS } else { KEPT_OF_STRANGERS })
    })
}

/// What was recorded of a connection, the newest first.
pub(crate) fn recorded(tx: &mut Tx, connection: &Connection) -> Result<Vec<Recorded>> {
    let of = store::Of { organization: &connection.organization_id, connection: &connection.connection_id };
    tx.visit(of.organization.as_str(), |tx| store::all(tx, of))
}

/// The same, for `guildhall sso explain`.
///
/// # Errors
/// `sso_connection_not_found`.
pub async fn exchanges_of(app: &App, connection_id: &str) -> Result<Vec<Recorded>> {
    let (cx, id) = (Cx::of_operator(app, Arc::new(Project::none())), connection_id.to_owned());
    let read = move |tx: &mut Tx| {
        let connection = operations::find_public(tx, &cx, &id)?.ok_or(ApiError::SsoConnectionNotFound)?;
        recorded(tx, &connection)
    };
    app.db().read(read).await
}
