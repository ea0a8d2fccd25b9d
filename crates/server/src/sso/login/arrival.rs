//! A browser that has come back from an identity provider.

use super::identity::Identity;
use super::state::State;
use super::usable::usable;
use super::{Begun, provisioning, store, token};
use crate::organizations;
use crate::projects;
use crate::redirect_urls::{self, Flow};
use crate::sso::connections::{Connection, operations};
use crate::sso::protocol::Protocol;
use crate::sso::recorder::{self, Exchange};
use database::Tx;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Error, Result};
use foundation::keys::Purpose;
use std::sync::Arc;

/// Why an identity provider's answer leads nowhere.
pub(crate) const CALLBACK: &[ApiError] = &[
    ApiError::SsoConnectionNotFound,
    ApiError::RequiresActiveSsoConnection,
    ApiError::MissingSamlResponse,
    ApiError::OidcInvalidCallbackRequest,
    ApiError::InvalidConnectionForJit,
    ApiError::InvalidEmailForJit,
    ApiError::RestrictedAuthMethod,
    ApiError::EmailDomainIsClaimed,
    ApiError::InactiveEmail,
];

/// Where the browser goes on to.
pub(crate) struct Arrived {
    /// A registered redirect URL, with the token.
    pub(crate) url: String,
}

/// What an identity provider's answer is held against.
pub(super) struct Found {
    /// In the project of the connection.
    pub(super) cx: Cx,
    /// Whose identity provider it is.
    pub(super) connection: Connection,
    /// The login that it answers, if there is one that can still come back.
    pub(super) login: Option<Begun>,
    /// Whether it answers one that was begun by another connection (threats T-08, T-28).
    pub(super) is_elsewhere: bool,
}

/// What is said of that.
pub(super) const ELSEWHERE: &str = "The login was begun by another connection. Start again.";

/// Finds the connection by the address that the browser came to, and the login by its state.
///
/// # Errors
/// `sso_connection_not_found`, `requires_active_sso_connection`.
pub(super) fn find(tx: &mut Tx, cx: &Cx, connection_id: &str, state: Option<&State>) -> Result<Found> {
    let project = operations::locate(tx, connection_id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    let project = Arc::new(projects::enter(tx, &project)?);
    let cx = Cx { project, via: Via::Browser, ..cx.clone() };
    let connection = operations::find_in_project(tx, &cx, connection_id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    if !connection.is_active() {
        return Err(ApiError::RequiresActiveSsoConnection.into());
    }
    let login = match state {
        Some(state) => {
            let organization = state.organization(cx.project().environment);
            let hash = state.hash(cx.app.keys());
            let found =
                tx.visit(organization.as_str(), |tx| store::find_login(tx, &cx.project().id, &organization, &hash))?;
            found.filter(|login| login.is_usable(cx.now()))
        }
        None => None,
    };
    let is_here = match &login {
        Some(login) => is_of(tx, &cx, login, &connection)?,
        None => true,
    };
    Ok(Found { cx, connection, login: login.filter(|_| is_here), is_elsewhere: !is_here })
}

/// Whether people log in by this connection who have begun so.
fn is_of(tx: &mut Tx, cx: &Cx, login: &Begun, connection: &Connection) -> Result<bool> {
    let organization = organizations::find_by_id(tx, cx.project(), &login.organization_id)?;
    let used = match organization {
        Some(organization) => usable(tx, cx, &organization, &login.connection_id)?,
        None => None,
    };
    Ok(used.is_some_and(|used| used.connection_id == connection.connection_id))
}

/// Who has logged in, by an answer that was accepted.
pub(super) struct Accepted {
    pub(super) identity: Identity,
    /// The id of a SAML assertion, and until when it is remembered (seconds since 1970).
    pub(super) assertion: Option<(String, i64)>,
    /// Where an identity provider that began by itself would have the browser go.
    pub(super) asked_url: Option<String>,
}

/// Takes an answer in: it counts once, while the connection is as it was when the answer was judged. The recorder is told
/// either way.
///
/// # Errors
/// Refusals that are kept.
pub(super) fn accept(tx: &mut Tx, found: &Found, accepted: Accepted, exchange: Exchange) -> Result<Arrived> {
    let cx = &found.cx;
    match arrive(tx, found, accepted) {
        Ok(arrived) => {
            recorder::record(tx, cx, &found.connection, exchange.accepted())?;
            Ok(arrived)
        }
        Err(Error::Api(error, message)) => {
            let reason = message.clone().unwrap_or_else(|| error.message().into());
            recorder::record(tx, cx, &found.connection, exchange.refused(error, &reason))?;
            Err(error.because(reason).kept())
        }
        Err(fault) => Err(fault),
    }
}

/// Has the recorder tell of an answer that was refused.
///
/// # Errors
/// Always: the refusal, kept.
pub(super) fn refuse(
    tx: &mut Tx,
    found: &Found,
    exchange: Exchange,
    error: ApiError,
    reason: String,
) -> Result<Arrived> {
    recorder::record(tx, &found.cx, &found.connection, exchange.refused(error, &reason))?;
    Err(error.because(reason).kept())
}

fn arrive(tx: &mut Tx, found: &Found, accepted: Accepted) -> Result<Arrived> {
    let Found { cx, connection, login, .. } = found;
    let id = login.as_ref().map_or(&connection.organization_id, |login| &login.organization_id);
    let organization = organizations::find_by_id(tx, cx.project(), id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    let own = login.as_ref().map_or(connection.connection_id.as_str(), |login| &login.connection_id);
    let now = usable(tx, cx, &organization, own)?.ok_or(ApiError::RequiresActiveSsoConnection)?;
    if now.connection_id != connection.connection_id || now.version != connection.version {
        return Err(ApiError::RequiresActiveSsoConnection
            .because("The connection was changed while you were logging in. Start again."));
    }
    if let Some(login) = login
        && accepted.identity.protocol == Protocol::Saml
        && !store::use_login(tx, login, cx.now())?
    {
        return Err(ApiError::UnsolicitedSamlResponse.into());
    }
    if let Some((assertion, until)) = &accepted.assertion {
        let hash = cx.app.keys().hash(Purpose::SsoIdentity, assertion.as_bytes());
        let until = database::Timestamp(until.saturating_mul(1_000_000));
        let (organization, id) = (&connection.organization_id, connection.connection_id.as_str());
        let is_new = tx.visit(organization.as_str(), |tx| {
            store::insert_assertion(tx, &cx.project().id, organization, id, &hash, until)
        })?;
        if !is_new {
            return Err(ApiError::DuplicateSamlResponse.into());
        }
    }
    let is_member = provisioning::outlook(tx, cx, &organization, own, &accepted.identity)?;
    let url = match login {
        Some(login) if is_member => login.login_redirect_url.clone(),
        Some(login) => login.signup_redirect_url.clone(),
        None => unasked_url(tx, cx, accepted.asked_url.as_deref())?,
    };
    let challenge = login.as_ref().and_then(|login| login.pkce_code_challenge.clone());
    let token = token::create(tx, cx, &organization.organization_id, own, accepted.identity, challenge)?;
    let mut url = url::Url::parse(&url).map_err(|_| Error::internal("a registered redirect URL is none"))?;
    url.query_pairs_mut().append_pair("stytch_token_type", "sso").append_pair("token", &token.to_text());
    Ok(Arrived { url: url.into() })
}

/// Where somebody goes whose identity provider began by itself: where it says, if the app has registered that.
fn unasked_url(tx: &mut Tx, cx: &Cx, asked: Option<&str>) -> Result<String> {
    if let Some(asked) = asked.filter(|asked| asked.contains(':'))
        && let Ok(url) = redirect_urls::choose(tx, cx, Flow::Login, Some(asked))
    {
        return Ok(url);
    }
    redirect_urls::choose(tx, cx, Flow::Login, None)
}
