//! Who sends a request.

use crate::door::{Dialect, Door};
use crate::head::Head;
use database::Tx;
use foundation::app::App;
use foundation::cx::{ActingMember, Via};
use foundation::error::{ApiError, Result};
use foundation::project::Project;
use serde_json::Value;
use std::sync::Arc;

/// Who sends a request, by a kind of credential. Which kind an endpoint takes stands in its signature, so a handler cannot
/// forget it.
pub trait Caller: Sized + Send + Sync + 'static {
    /// The kind's name, in the list of doors; empty for anyone.
    const NAME: &'static str;
    /// What can be wrong with the credential, and with what its holder wants.
    const ERRORS: &'static [ApiError];

    /// Checks the credential. The transaction enters the project.
    ///
    /// # Errors
    /// What is wrong with it.
    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Identified<Self>>;

    /// Checks the credential without storage, when it was seen a moment ago.
    fn remembered(_app: &App, _head: &Head) -> Option<Result<Identified<Self>>> {
        None
    }

    /// The fields of an input that the credential, not the request, says at this door.
    fn says(_door: &Door) -> &'static [&'static str] {
        &[]
    }

    /// What it says of one of those fields.
    fn say(&self, _acting: Option<&ActingMember>, _field: &str) -> Option<Value> {
        None
    }

    /// The security schemes of the API description: ways to come in, each of one or more schemes.
    fn security(dialect: Dialect) -> &'static [&'static [&'static str]];
}

/// Whom a credential has shown the sender to be.
pub struct Identified<C> {
    pub caller: C,
    pub project: Arc<Project>,
    pub via: Via,
    pub acting: Option<ActingMember>,
    /// Whether tokens go into cookies that scripts cannot read, instead of into answers.
    pub keeps_cookies: bool,
}
