//! How a request shows that it belongs to a session.

use super::{Session, Source, jwt, store, verified};
use crate::actor::Ambient;
use crate::members::{self, Member, Status};
use crate::organizations::{self, Organization};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::cx::{ActingMember, Cx};
use foundation::error::{ApiError, Error, Result};
use foundation::id::{OrganizationId, SessionId};
use foundation::keys::token::{Token, TokenKind};
use foundation::project::Project;
use foundation::secret::Secret;
use foundation::time;
use std::sync::Arc;

/// A session token or a session JWT.
#[derive(Clone)]
pub(crate) enum Credential {
    Token(Secret),
    Jwt(Secret),
}

const ENDED: &str =
    "This session JWT has ended. Have your backend renew it with sessions/authenticate, or give the session token.";

/// A valid session, with whose it is.
pub(crate) struct Presented {
    pub(crate) session: Session,
    pub(crate) organization: Organization,
    pub(crate) member: Member,
}

impl Credential {
    /// The one that a request gives; `None` when it gives none.
    ///
    /// # Errors
    /// `too_many_session_arguments` when it gives both.
    pub(crate) fn from_input(token: Option<String>, jwt: Option<String>) -> Result<Option<Self>> {
        let given = |value: Option<String>| value.filter(|text| !text.is_empty());
        match (given(token), given(jwt)) {
            (None, None) => Ok(None),
            (Some(token), None) => Ok(Some(Credential::Token(token.into()))),
            (None, Some(jwt)) => Ok(Some(Credential::Jwt(jwt.into()))),
            (Some(_), Some(_)) => Err(ApiError::TooManySessionArguments.into()),
        }
    }

    /// Finds the session. A JWT must not have ended: it is shown around, so it counts for the minutes that it says.
    ///
    /// # Errors
    /// `session_not_found`, or that the credential has not the form of one.
    pub(crate) fn find(&self, app: &App, tx: &mut Tx, project: &Project, now: Timestamp) -> Result<Presented> {
        self.look_up(app, tx, project, now, false)
    }

    /// The same, also for a JWT that has ended. Only a backend that checks a session has one renewed.
    pub(super) fn find_to_renew(&self, app: &App, tx: &mut Tx, project: &Project, now: Timestamp) -> Result<Presented> {
        self.look_up(app, tx, project, now, true)
    }

    /// Flags of the member are checked on every use (threat T-71).
    fn look_up(
        &self,
        app: &App,
        tx: &mut Tx,
        project: &Project,
        now: Timestamp,
        may_have_ended: bool,
    ) -> Result<Presented> {
        let session = match self {
            Credential::Token(text) => find_by_token(app, tx, project, text.reveal(), now)?,
            Credential::Jwt(text) => {
                let claims = jwt::read(app, tx, project, text.reveal(), now)?;
                if !may_have_ended && claims.expires <= time::to_seconds(now) {
                    return Err(ApiError::UnableToParseSessionJwt.because(ENDED));
                }
                verified::note(app, project, text.reveal(), &claims);
                let organization = &claims.organization_id;
                tx.visit(organization.as_str(), |tx| store::find(tx, organization, &claims.member_session_id, now))?
            }
        };
        whole(tx, project, session)
    }
}

/// The session with its organization and member, if all of them stand.
pub(super) fn whole(tx: &mut Tx, project: &Project, session: Option<Session>) -> Result<Presented> {
    let session = session.ok_or(ApiError::SessionNotFound)?;
    let organization = organizations::find_by_id(tx, project, &session.organization_id)?;
    let organization = organization.ok_or(ApiError::SessionNotFound)?;
    let member = members::find_any(tx, &organization, &session.member_id)?;
    let usable = |m: &Member| m.status == Status::Active && !session.has_ended_with_all_of(m);
    let member = member.filter(usable).ok_or(ApiError::SessionNotFound)?;
    if session.has_ended_with_a_connection(&organization, &member) {
        return Err(ApiError::SessionNotFound.into());
    }
    Ok(Presented { session, organization, member })
}

/// The organization of a session that only its id is known of: only the session can say.
pub(super) fn locate(tx: &mut Tx, cx: &Cx, id: &SessionId) -> Result<Option<OrganizationId>> {
    tx.visit(EVERYTHING, |tx| store::locate(tx, &cx.project().id, id))
}

/// The session with this id, as what others are derived from.
///
/// # Errors
/// `session_not_found` when it does not stand any more.
pub(crate) fn find_source(tx: &mut Tx, cx: &Cx, id: &SessionId) -> Result<Source> {
    Ok(by_id(tx, cx, id)?.session.as_source())
}

/// The session with this id, with whose it is. Its organization is entered.
///
/// # Errors
/// `session_not_found` when it does not stand any more.
pub(crate) fn by_id(tx: &mut Tx, cx: &Cx, id: &SessionId) -> Result<Presented> {
    let organization = locate(tx, cx, id)?.ok_or(ApiError::SessionNotFound)?;
    let session = tx.visit(organization.as_str(), |tx| store::find(tx, &organization, id, cx.now()))?;
    whole(tx, cx.project(), session)
}

fn find_by_token(app: &App, tx: &mut Tx, project: &Project, text: &str, now: Timestamp) -> Result<Option<Session>> {
    let Some(token) = Token::parse(TokenKind::Session, text) else {
        // What could be a token, but is none of ours, is unknown; what could not be one is malformed.
        let could_be = URL_SAFE.decode(text).is_ok_and(|bytes| bytes.len() >= 32);
        return if could_be { Ok(None) } else { Err(ApiError::InvalidSessionToken.into()) };
    };
    let organization = OrganizationId::from_uuid(project.environment, token.tenant());
    // Not entered before it is known to be the project's.
    tx.visit(organization.as_str(), |tx| store::find_by_token(tx, &organization, &token.hash(app.keys()), now))
}

/// The session that a request gives, in its body or, from a browser, along with it.
///
/// # Errors
/// `no_session_arguments` when there is none.
pub(crate) fn given(cx: &Cx, ambient: &Ambient, token: Option<String>, jwt: Option<String>) -> Result<Credential> {
    match Credential::from_input(token, jwt)? {
        Some(credential) => Ok(credential),
        None if cx.is_browser() => {
            ambient.session_token.clone().map(Credential::Token).ok_or(ApiError::UserUnauthenticated.into())
        }
        None => Err(ApiError::NoSessionArguments.into()),
    }
}

/// The session that goes on when a member logs in again. One that is not the member's, or not valid, is ignored, so
/// that a session planted in a browser is never adopted (threat T-46); and so is one in which an operator acts in their place.
pub(crate) fn given_for(
    tx: &mut Tx,
    cx: &Cx,
    ambient: &Ambient,
    member: &Member,
    token: Option<String>,
    jwt: Option<String>,
) -> Result<Option<Session>> {
    let from_browser = || ambient.session_token.clone().map(Credential::Token);
    let Some(credential) = Credential::from_input(token, jwt)?.or_else(from_browser) else { return Ok(None) };
    match credential.find(&cx.app, tx, cx.project(), cx.now()) {
        Ok(presented) if presented.member.member_id == member.member_id => {
            Ok(Some(presented.session).filter(|session| session.impersonator().is_none()))
        }
        Ok(_) | Err(Error::Api(..)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The member on whose behalf a request acts.
pub(crate) fn acting_member(
    app: &App,
    tx: &mut Tx,
    project: &Project,
    credential: &Credential,
    now: Timestamp,
) -> Result<ActingMember> {
    let Presented { session, organization, member } = credential.find(app, tx, project, now)?;
    let policy = organizations::policy(tx, project, &organization)?;
    let proofs = session.factors.iter().filter(|factor| factor.proves(&member.email_address));
    let seconds = session.factors.iter().filter(|factor| factor.is_second());
    Ok(ActingMember {
        has_second_factor: member.has_second_factor(),
        second_factor_proven_at: seconds.map(|factor| factor.last_authenticated_at).max(),
        impersonator: session.impersonator().map(|by| by.impersonator_email_address.as_str().into()),
        address_proven_at: proofs.map(|factor| factor.last_authenticated_at).max(),
        organization_id: organization.organization_id,
        roles: member.role_ids(),
        gives: Vec::new(),
        member_id: member.member_id,
        session_id: session.member_session_id,
        policy: Arc::new(policy),
    })
}
