//! The flight recorder of connections: the last exchanges with an identity provider, and for each one sentence that says what
//! was seen and what was expected.

mod endpoints;
mod masking;
mod pending;
mod remedy;

pub(crate) use endpoints::endpoints;
pub(crate) use masking::{kept, masked_xml};
pub(crate) use pending::flush;
pub(crate) use remedy::remedy;

use crate::recorder::{self, Connected};
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
use serde_json::{Map, Value};
use std::sync::Arc;

/// Exchanges that are kept of a connection.
const KEPT: i64 = 30;
/// And how many more that anybody could have sent; these push no others out.
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
    refused: Option<ApiError>,
    reason: String,
    is_test: bool,
    identity: Option<Read>,
}

/// Who somebody is, as a test login has read it from the answer.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Read {
    /// Who says so.
    pub issuer: String,
    /// What the identity provider knows the person by.
    pub subject: String,
    /// The address, by the connection's mapping.
    pub email: Option<String>,
    /// The name, by the connection's mapping.
    pub full_name: Option<String>,
    /// The groups, by the connection's mapping.
    pub groups: Vec<String>,
    /// All attributes or claims that came.
    pub attributes: Map<String, Value>,
    /// Whether the person would have been let in, had it been no test.
    pub is_let_in: bool,
    /// What would have become of it, in a sentence.
    pub outlook: String,
}

impl Exchange {
    /// It led back to the app, perhaps to somebody whom only a session of theirs lets in, for this reason.
    pub(crate) fn accepted(self, caveat: Option<&str>) -> Finished {
        let reason = match caveat {
            None => "The answer was accepted.".to_owned(),
            Some(why) => format!(
                "The answer was accepted, but lets nobody in who is not logged in as the member with this address. {why}"
            ),
        };
        Finished { exchange: self, refused: None, reason, is_test: false, identity: None }
    }

    /// It was a test login, and would have led somewhere.
    pub(crate) fn tried(self, read: Read) -> Finished {
        let reason = "The answer was accepted.".to_owned();
        Finished { exchange: self, refused: None, reason, is_test: true, identity: Some(read) }
    }

    /// It did not.
    pub(crate) fn refused(self, error: ApiError, reason: &str) -> Finished {
        Finished { exchange: self, refused: Some(error), reason: reason.to_owned(), is_test: false, identity: None }
    }
}

impl Finished {
    /// It was a test login.
    pub(crate) fn of_test(self) -> Self {
        Self { is_test: true, ..self }
    }
}

/// An exchange, as it is stored and shown.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// The id of the entry.
    pub exchange_id: String,
    /// The connection that was used.
    pub connection_id: String,
    /// That of the request with which the browser came back: a person who was turned away has it on their page.
    pub request_id: String,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// What was spoken.
    #[schemars(extend("enum" = ["saml", "oidc"]))]
    pub protocol: String,
    /// Whether it belongs to a login that was begun here; if not, the identity provider began it.
    pub answers_login: bool,
    /// What became of it.
    #[schemars(extend("enum" = ["accepted", "refused"]))]
    pub verdict: String,
    /// The type of the error that it was refused with. Empty when it was accepted.
    pub error_type: String,
    /// Why, in a sentence or two: which value was seen, and which was expected.
    pub reason: String,
    /// What an administrator can do about it; empty where there is nothing to do.
    #[serde(default)]
    pub remedy: String,
    /// Whether it was a test login from the setup pages, which lets nobody in.
    #[serde(default)]
    pub is_test: bool,
    /// Who a test login that was accepted says somebody is; `null` otherwise.
    #[serde(default)]
    pub identity: Option<Read>,
    /// What came, without what could be used again.
    pub response: String,
}

/// The entry of an exchange.
fn entry(cx: &Cx, connection: &Connection, finished: Finished) -> Recorded {
    let Finished { exchange, refused, reason, is_test, identity } = finished;
    Recorded {
        exchange_id: SsoExchangeId::new(cx.project().environment).to_string(),
        connection_id: connection.connection_id.to_string(),
        request_id: exchange.request_id,
        created_at: time::to_text(cx.now()),
        protocol: exchange.protocol.as_str().to_owned(),
        answers_login: exchange.answers_login,
        verdict: if refused.is_some() { "refused" } else { "accepted" }.to_owned(),
        error_type: refused.map(|error| error.error_type().to_owned()).unwrap_or_default(),
        reason: kept(reason),
        remedy: refused.map(remedy).unwrap_or_default().to_owned(),
        is_test,
        identity,
        response: exchange.response,
    }
}

/// Notes an exchange that led back to the app; its entry is written within half a second.
pub(crate) fn note(cx: &Cx, connection: &Arc<Connection>, finished: Finished) {
    pending::note(cx, connection, entry(cx, connection, finished));
}

/// Records an exchange.
pub(crate) fn record(tx: &mut Tx, cx: &Cx, connection: &Connection, finished: Finished) -> Result<()> {
    let is_known = finished.exchange.answers_login || finished.exchange.is_verified;
    let recorded = entry(cx, connection, finished);
    let id = &recorded.exchange_id;
    let organization = &connection.organization_id;
    tx.visit(organization.as_str(), |tx| {
        let of = Connected { project: &cx.project().id, organization, connection: connection.connection_id.as_str() };
        recorder::insert(tx, of, id, is_known, &recorded, cx.now())?;
        if recorder::is_to_trim(id) {
            recorder::trim(tx, of, is_known, if is_known { KEPT } else { KEPT_OF_STRANGERS })?;
        }
        Ok(())
    })
}

/// What was recorded of a connection, the newest first.
pub(crate) fn recorded(tx: &mut Tx, connection: &Connection) -> Result<Vec<Recorded>> {
    let (organization, id) = (&connection.organization_id, connection.connection_id.as_str());
    tx.visit(organization.as_str(), |tx| recorder::all(tx, organization, id, (KEPT, KEPT_OF_STRANGERS)))
}

/// What is known of a connection.
pub struct Known {
    /// What it lacks to be active: names of fields, as the API has them.
    pub missing: Vec<&'static str>,
    /// What was recorded of it, the newest first.
    pub exchanges: Vec<Recorded>,
}

/// The same, for `guildhall sso explain`. `None` where there is no such connection.
///
/// # Errors
/// Only when the database fails.
pub async fn known_of(app: &App, connection_id: &str) -> Result<Option<Known>> {
    let (cx, id) = (Cx::of_operator(app, Arc::new(Project::none())), connection_id.to_owned());
    let read = move |tx: &mut Tx| {
        let Some(connection) = operations::find_public(tx, &cx, &id)? else { return Ok(None) };
        Ok(Some(Known { missing: connection.missing(), exchanges: recorded(tx, &connection)? }))
    };
    app.db().read(read).await
}
