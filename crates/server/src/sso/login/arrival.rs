//! A browser that has come back from an identity provider.

use super::begun::Begun;
use super::identity::Identity;
use super::numbers;
use super::provisioning::{self, Outlook};
use super::usable::usable;
use super::{store, token, trial};
use crate::begun::{NotHere, State};
use crate::organizations;
use crate::redirect_urls::{self, Flow};
use crate::sso::connections::{self, Connection, current, good, operations};
use crate::sso::recorder::{self, Exchange, Finished, Read};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::OrganizationId;
use foundation::keys::Purpose;
use foundation::time;
use frame::{Cookie, Head};
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
    /// The end of the cookie that the browser has kept the login in.
    pub(crate) cookie: Option<Cookie>,
    /// What the recorder is to tell of it, once it has come about.
    told: Option<Finished>,
}

/// What an identity provider's answer is held against.
pub(super) struct Found {
    /// In the project of the connection.
    pub(super) cx: Cx,
    /// Whose identity provider it is.
    pub(super) connection: Arc<Connection>,
    /// Whether the connection is as this process remembers it, which may not be how it is.
    is_recalled: bool,
    /// The login that it answers: none where it has no state.
    pub(super) login: std::result::Result<Option<Begun>, NotHere>,
    /// Whether that was begun by another connection (threats T-08, T-28).
    pub(super) is_elsewhere: bool,
}

impl Found {
    /// The login, if there is one that can still come back here.
    pub(super) fn login(&self) -> Option<&Begun> {
        self.login.as_ref().ok().and_then(Option::as_ref)
    }

    /// Whether it only tries the connection.
    fn is_trial(&self) -> bool {
        !self.is_elsewhere && self.login().is_some_and(|login| login.told.is_trial)
    }
}

/// What is said of one that was begun by another connection.
pub(super) const ELSEWHERE: &str = "The login was begun by another connection. Start again.";

/// Finds the connection by the address that the browser came to, and the login by its state.
///
/// # Errors
/// `sso_connection_not_found`, `requires_active_sso_connection`.
pub(super) fn find(tx: &mut Tx, cx: &Cx, head: &Head, connection_id: &str, state: Option<&State>) -> Result<Found> {
    let project = connections::project_of(&cx.app, tx, connection_id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    let cx = cx.of_browser(project);
    let connection = current(tx, &cx, connection_id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    let login = begun(&cx, head, state);
    let is_trial = login.as_ref().is_ok_and(|login| login.as_ref().is_some_and(|login| login.told.is_trial));
    if !(connection.is_active() || is_trial && connection.lacking().is_empty()) {
        return Err(ApiError::RequiresActiveSsoConnection.into());
    }
    let is_elsewhere = match &login {
        Ok(Some(login)) => !is_of(tx, &cx, login, &connection)?,
        _ => false,
    };
    Ok(Found { cx, connection, is_recalled: false, login, is_elsewhere })
}

/// The same from memory, for logins at the organization's own connection: [`finish`] finds out whether it still is so.
pub(super) fn recall(cx: &Cx, head: &Head, connection_id: &str, state: Option<&State>) -> Option<Found> {
    let project = connections::recall_project_of(&cx.app, connection_id)?;
    let cx = cx.of_browser(project);
    let connection = connections::recall(&cx, connection_id).filter(|connection| connection.is_active())?;
    let login = begun(&cx, head, state);
    let found = Found { cx, connection, is_recalled: true, login, is_elsewhere: false };
    found.login().is_none_or(|login| is_of_itself(login, &found.connection)).then_some(found)
}

/// The login of a state, if there is one.
pub(super) fn begun(cx: &Cx, head: &Head, state: Option<&State>) -> std::result::Result<Option<Begun>, NotHere> {
    state.map(|state| Begun::find(cx.app.keys(), cx.project(), head, state, cx.now())).transpose()
}

fn is_of_itself(login: &Begun, connection: &Connection) -> bool {
    login.told.connection_id == connection.connection_id.as_str() && login.organization_id == connection.organization_id
}

/// Whether people log in by this connection who have begun so.
fn is_of(tx: &mut Tx, cx: &Cx, login: &Begun, connection: &Connection) -> Result<bool> {
    if login.told.connection_id == connection.connection_id.as_str() {
        return Ok(is_of_itself(login, connection));
    }
    let organization = organizations::find_by_id(tx, cx.project(), &login.organization_id)?;
    let used = match organization {
        Some(organization) => usable(tx, cx, &organization, &login.told.connection_id)?,
        None => None,
    };
    Ok(used.is_some_and(|used| used.connection_id == connection.connection_id))
}

/// Why an answer is refused, with the sentence that says so.
pub(super) type Refused = (ApiError, String);

/// A refusal, as it is answered.
pub(super) fn error((error, reason): Refused) -> Error {
    error.because(reason)
}

/// The refusal that says no more than its error.
pub(super) fn plain(error: ApiError) -> Refused {
    (error, error.message().to_owned())
}

/// Who has logged in, by an answer that was accepted.
#[derive(Clone)]
pub(super) struct Accepted {
    pub(super) identity: Identity,
    /// The id of a SAML assertion, and until when it is remembered (seconds since 1970).
    pub(super) assertion: Option<(String, i64)>,
    /// Where an identity provider that began by itself would have the browser go.
    pub(super) asked_url: Option<String>,
}

/// Ends a login with what the answer was judged to be, by the connection as it is. `None` where it is not as it was recalled, and
/// the answer has to be judged anew.
///
/// # Errors
/// Refusals that are kept.
pub(super) async fn finish(
    found: Found,
    judged: std::result::Result<Accepted, Refused>,
    exchange: Exchange,
) -> Result<Option<Arrived>> {
    let (cx, protocol) = (found.cx.clone(), exchange.protocol);
    let (connection, told) = (found.connection.clone(), exchange.clone());
    let is_trial = found.is_trial();
    let arrived = cx.write(move |tx| {
        if let Ok(accepted) = &judged {
            prefetch(tx, &found, accepted)?;
        }
        let is_unchanged = operations::is_unchanged(tx, &found.connection)?;
        if found.is_recalled && !is_unchanged {
            return Ok(None);
        }
        let exchange = exchange.clone();
        let arrived = match judged.clone() {
            Ok(_) if !is_unchanged => refuse(tx, &found, exchange, changed()),
            Ok(accepted) => accept(tx, &found, accepted, Exchange { is_verified: true, ..exchange }),
            Err(refused) => refuse(tx, &found, exchange, refused),
        };
        arrived.map(Some)
    });
    let mut arrived = arrived.await;
    if let Ok(Some(Arrived { told, .. })) = &mut arrived
        && let Some(told) = told.take()
    {
        recorder::note(&cx, &connection, told);
    }
    match &arrived {
        _ if is_trial => {}
        Ok(Some(_)) => numbers::count(&cx.app, protocol, true),
        Err(error) if error.api().is_some() => numbers::count(&cx.app, protocol, false),
        // It is judged anew, or nothing came of it.
        Ok(None) | Err(_) => {}
    }
    arrived.inspect_err(|error| log(error, connection.connection_id.as_str(), &told))
}

/// Says where the reason of a refusal is. It may hold an address, which no log does; and of what strangers send there would be
/// too many lines.
fn log(error: &Error, connection: &str, exchange: &Exchange) {
    if let Some(error) = error.api().filter(|_| exchange.answers_login) {
        let (request, error) = (&exchange.request_id, error.error_type());
        let ask = format_args!("guildhall sso explain {connection} --request {request}");
        tracing::info!(request_id = %request, error, "a login by SSO was refused; why: {ask}");
    }
}

/// The refusal of an answer that was judged by a connection which is another by now.
pub(super) fn changed() -> Refused {
    let told = "The connection was changed while you were logging in. Start again.";
    (ApiError::RequiresActiveSsoConnection, told.to_owned())
}

/// The organization that somebody logs in to, and by which connection of its own.
fn goal(found: &Found) -> (&OrganizationId, &str) {
    let Connection { organization_id, connection_id, .. } = &*found.connection;
    match found.login() {
        Some(login) => (&login.organization_id, &login.told.connection_id),
        None => (organization_id, connection_id.as_str()),
    }
}

/// The login that an answer counts as often as. The signature of SAML is on the request that is answered; a code of OpenID
/// Connect is used up before.
fn answered<'a>(found: &'a Found, accepted: &Accepted) -> Option<&'a Begun> {
    found.login().filter(|_| accepted.assertion.is_some())
}

/// Has all fetched at once that it takes to let somebody in.
fn prefetch(tx: &mut Tx, found: &Found, accepted: &Accepted) -> Result<()> {
    let (organization, own) = goal(found);
    organizations::prefetch(tx, found.cx.project(), organization)?;
    tx.visit(organization.as_str(), |tx| {
        if let Some(login) = answered(found, accepted) {
            store::prefetch_login(tx, login)?;
        }
        provisioning::prefetch(tx, &found.cx, organization, own, &accepted.identity)
    })
}

/// Takes an answer in, which counts once. The recorder is told either way: of what is accepted after it is written.
///
/// # Errors
/// Refusals that are kept.
fn accept(tx: &mut Tx, found: &Found, accepted: Accepted, exchange: Exchange) -> Result<Arrived> {
    let cx = &found.cx;
    if found.is_trial() {
        return accept_trial(tx, found, accepted, exchange);
    }
    match arrive(tx, found, accepted) {
        Ok((arrived, caveat)) => {
            good::note(tx, cx, &found.connection)?;
            Ok(Arrived { told: Some(exchange.accepted(caveat.as_deref())), ..arrived })
        }
        Err(Error::Api(error, message)) => {
            let reason = message.clone().unwrap_or_else(|| error.message().into());
            recorder::record(tx, cx, &found.connection, exchange.refused(error, &reason))?;
            Err(error.because(reason).kept())
        }
        Err(fault) => Err(fault),
    }
}

/// Takes the answer of a trial in: the connection works, and the recorder tells whom it would have let in.
fn accept_trial(tx: &mut Tx, found: &Found, accepted: Accepted, exchange: Exchange) -> Result<Arrived> {
    let (cx, connection) = (&found.cx, &found.connection);
    let of = connection.organization_id.as_str();
    if let Some(login) = answered(found, &accepted)
        && !tx.visit(of, |tx| store::use_login(tx, &cx.project().id, login))?
    {
        return refuse(tx, found, exchange, plain(ApiError::UnsolicitedSamlResponse));
    }
    let organization = organizations::find_by_id(tx, cx.project(), &connection.organization_id)?;
    let organization = organization.ok_or(ApiError::SsoConnectionNotFound)?;
    let (is_let_in, outlook) =
        provisioning::told(tx, cx, &organization, connection.connection_id.as_str(), &accepted.identity)?;
    good::note(tx, cx, connection)?;
    let Identity { issuer, subject, email, full_name, groups, attributes, .. } = accepted.identity;
    let read = Read { issuer, subject, email, full_name, groups, attributes, is_let_in, outlook };
    recorder::record(tx, cx, connection, exchange.tried(read))?;
    Ok(arrived_of_trial(found))
}

/// Back to whoever tries the connection.
fn arrived_of_trial(found: &Found) -> Arrived {
    let cookie = found.login().map(|login| login.ended(found.cx.project()));
    Arrived { url: trial::result_url(&found.cx, &found.connection), cookie, told: None }
}

/// Has the recorder tell of an answer that was refused.
///
/// # Errors
/// The refusal, kept; where it is that of a trial, who has set the connection up sees it instead.
fn refuse(tx: &mut Tx, found: &Found, exchange: Exchange, (error, reason): Refused) -> Result<Arrived> {
    let finished = exchange.refused(error, &reason);
    if found.is_trial() {
        recorder::record(tx, &found.cx, &found.connection, finished.of_test())?;
        return Ok(arrived_of_trial(found));
    }
    recorder::record(tx, &found.cx, &found.connection, finished)?;
    Err(error.because(reason).kept())
}

/// Where the browser goes on to, and what the recorder tells of it besides.
fn arrive(tx: &mut Tx, found: &Found, accepted: Accepted) -> Result<(Arrived, Option<String>)> {
    let cx = &found.cx;
    let (login, (id, own)) = (found.login(), goal(found));
    let organization = organizations::find_by_id(tx, cx.project(), id)?.ok_or(ApiError::SsoConnectionNotFound)?;
    if !organization.settings.has_active_sso_connection(own) {
        return Err(error(changed()));
    }
    let Outlook { is_member, caveat } = provisioning::outlook(tx, cx, &organization, own, &accepted.identity)?;
    match (answered(found, &accepted), &accepted.assertion) {
        (Some(login), _) if !store::use_login(tx, &cx.project().id, login)? => {
            return Err(ApiError::UnsolicitedSamlResponse.into());
        }
        (None, Some(assertion)) => require_new(tx, found, assertion)?,
        _ => {}
    }
    let url = match login.map(|login| &login.told) {
        Some(told) if is_member => told.login_redirect_url.clone(),
        Some(told) => told.signup_redirect_url.as_ref().unwrap_or(&told.login_redirect_url).clone(),
        None => unasked_url(tx, cx, accepted.asked_url.as_deref())?,
    };
    let challenge = login.and_then(|login| login.told.pkce_code_challenge.clone());
    let token = token::create(tx, cx, &organization.organization_id, own, accepted.identity, challenge)?;
    let mut url = url::Url::parse(&url).map_err(|_| Error::internal("a registered redirect URL is none"))?;
    url.query_pairs_mut().append_pair("stytch_token_type", "sso").append_pair("token", &token.to_text());
    let cookie = login.map(|login| login.ended(cx.project()));
    Ok((Arrived { url: url.into(), cookie, told: None }, caveat))
}

/// Remembers an assertion that answers no request.
///
/// # Errors
/// `duplicate_saml_response`.
fn require_new(tx: &mut Tx, found: &Found, (assertion, until): &(String, i64)) -> Result<()> {
    let Found { cx, connection, .. } = found;
    let hash = cx.app.keys().hash(Purpose::SsoIdentity, assertion.as_bytes());
    let (organization, id) = (&connection.organization_id, connection.connection_id.as_str());
    let until = time::from_seconds(*until);
    let is_new = tx.visit(organization.as_str(), |tx| {
        store::insert_assertion(tx, &cx.project().id, organization, id, &hash, until)
    })?;
    if is_new { Ok(()) } else { Err(ApiError::DuplicateSamlResponse.into()) }
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
