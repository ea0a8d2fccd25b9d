//! Trying a connection: a login that leads to whoever has set it up, who sees what was answered, and lets nobody in. A connection
//! that is not active yet can be tried, and one that is.

use super::begun::Told;
use super::started::Started;
use crate::begun::{self, MINUTES, State};
use crate::sso::connections::Connection;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::keys::token::TokenKind;
use foundation::time;
use std::sync::Arc;

/// Begins one.
///
/// # Errors
/// `requires_active_sso_connection`, with what the connection lacks to be tried.
pub(crate) fn begin(cx: &Cx, connection: Connection) -> Result<Started> {
    let lacking = connection.lacking();
    if !lacking.is_empty() {
        let told = format!("The connection cannot be tried yet: it lacks {}.", lacking.join(", "));
        return Err(ApiError::RequiresActiveSsoConnection.because(told));
    }
    let state = State::generate(TokenKind::SsoState, connection.organization_id.uuid())?;
    let told = Told {
        connection_id: connection.connection_id.to_string(),
        login_redirect_url: String::new(),
        signup_redirect_url: None,
        pkce_code_challenge: None,
        is_trial: true,
        expires_at: time::after_minutes(cx.now(), MINUTES),
    };
    let cookie = begun::cookie(cx.app.keys(), cx.project(), &state, &told)?;
    let (custom_scopes, added) = (String::new(), Vec::new());
    Ok(Started { cx: cx.clone(), connection: Arc::new(connection), state, cookie, custom_scopes, added })
}

/// Where the browser goes with what came of it: the recorder has it under the id of the request.
pub(super) fn result_url(cx: &Cx, connection: &Connection) -> String {
    format!("{}/setup/sso/{}/tests/{}", cx.app.public_url(), connection.connection_id, cx.request_id)
}
