//! An operator, by the cookie of their session.

use super::sessions::{self, COOKIE};
use super::{Account, store};
use database::{Timestamp, Tx};
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Result};
use foundation::project::Project;
use frame::{Call, Caller, Dialect, Head, Identified};
use std::sync::Arc;

/// Somebody who is signed in on the dashboard.
pub(crate) struct Operator {
    pub(crate) account: Account,
    /// When the session was last used, as far as that is stored.
    last_used_at: Timestamp,
    token: String,
}

impl Operator {
    /// What they do in a project, as its audit log tells it.
    pub(crate) fn within(call: &Call<Self>, project: Arc<Project>) -> Cx {
        Cx {
            operator: Some(call.caller.account.email_address.as_str().into()),
            now: call.now(),
            request_id: call.request_id.clone(),
            ip_address: call.ip_address,
            ..Cx::of_operator(&call.app, project)
        }
    }

    /// Notes that the session is used.
    pub(crate) async fn touch(call: &Call<Self>) -> Result<()> {
        sessions::touch(&call.app, &call.caller.token, call.caller.last_used_at, call.now()).await
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

impl Caller for Operator {
    const NAME: &'static str = "operator";
    const ERRORS: &'static [ApiError] = &[ApiError::OperatorUnauthenticated, ApiError::RouteNotFound];

    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        let token = head.cookie(COOKIE).unwrap_or_default().to_owned();
        let Some((account, last_used_at)) = sessions::find(tx, app, &token, head.now)? else {
            // Where nobody could sign in there is no dashboard.
            let error = if store::exist(tx)? { ApiError::OperatorUnauthenticated } else { ApiError::RouteNotFound };
            return Err(error.into());
        };
        let caller = Self { account, last_used_at, token };
        let project = Arc::new(Project::none());
        Ok(Identified { caller, project, via: Via::CommandLine, acting: None, keeps_cookies: false })
    }

    fn security(_dialect: Dialect) -> &'static [&'static [&'static str]] {
        &[]
    }
}
