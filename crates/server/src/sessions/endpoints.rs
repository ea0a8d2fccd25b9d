use super::answer::Prepared;
use super::authorization::{AUTHORIZATION, AuthorizationCheck, authorize};
use super::credential::{self, Credential};
use super::prolonging::prolong;
use super::remembered::{Valid, present};
use super::{MemberSession, TERMS, Terms, TermsInput, operations};
use crate::actor::{Actor, Anyone, ProjectCaller};
use crate::cookies;
use crate::members::{self, MemberRef};
use crate::organizations::{self, OrganizationRef};
use crate::signing::{self, Jwk};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{MemberId, ProjectId};
use frame::{Call, Endpoint, NoInput, WithCookies, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![get::endpoint(), authenticate::endpoint(), revoke::endpoint(), revoke_own::endpoint(), get_jwks::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Get {
    organization_id: OrganizationRef,
    /// Whose sessions: the member's id or external id.
    member_id: MemberRef,
}

#[derive(Serialize, JsonSchema)]
struct Sessions {
    /// The sessions that have not ended.
    member_sessions: Vec<MemberSession>,
}

/// List the active sessions of a member.
#[endpoint("sessions.get", GET "/v1/b2b/sessions", errors(OrganizationNotFound, MemberNotFound))]
fn get(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Get) -> Result<Sessions> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let member = members::find(tx, &organization, &input.member_id)?;
    Ok(Sessions { member_sessions: operations::of_member(tx, cx, &organization, &member)? })
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    /// The token of the member's session.
    session_token: Option<String>,
    /// A JWT of the session. It may have expired, while its session lives.
    session_jwt: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// What the session's roles have to allow, besides the session being good. Nothing is asked when absent.
    #[serde(default, deserialize_with = "frame::object")]
    authorization_check: Option<AuthorizationCheck>,
}

/// Check a session, and renew its JWT.
///
/// Without a duration the session's end stays as it is; so it does where the organization has come to ask for more than
/// was proven in the session. Any node asks the database what has changed before it answers, so a session that was revoked
/// anywhere is refused here.
#[endpoint(
    "sessions.authenticate",
    POST "/v1/b2b/sessions/authenticate",
    browser POST "/sdk/v1/b2b/sessions/authenticate" takes(session_duration_minutes),
    quiet,
    errors(
        NoSessionArguments, TooManySessionArguments, SessionNotFound, UserUnauthenticated, InvalidSessionToken,
        UnableToParseSessionJwt, ..AUTHORIZATION, ..TERMS
    )
)]
async fn authenticate(cx: Call<ProjectCaller>, input: Authenticate) -> Result<Prepared> {
    let credential = credential::given(&cx, &cx.caller.ambient, input.session_token, input.session_jwt)?;
    let Terms { duration, claims, .. } = input.terms.check(&cx)?;
    let mut known = present(&cx, &credential).await.map_err(|error| unrecoverable(&cx, error))?;
    let verdict = match &input.authorization_check {
        Some(check) => Some(authorize(&cx, &known, check).await?),
        None => None,
    };
    if let Some(minutes) = duration {
        known = prolong(&cx, &credential, known, minutes).await?;
    }
    if claims.is_some() {
        known = change(&cx, &credential, Terms::unchanged(claims)).await?;
    }
    known.session.note_use(&cx);
    Ok(Prepared::new(known, cx.now(), verdict))
}

/// Browsers give up a session only for certain errors; a session token that is no token is as good as none.
fn unrecoverable(cx: &Cx, error: Error) -> Error {
    match error {
        Error::Api(ApiError::InvalidSessionToken, _) if cx.is_browser() => ApiError::SessionNotFound.into(),
        other => other,
    }
}

async fn change(cx: &Call<ProjectCaller>, credential: &Credential, terms: Terms) -> Result<Valid> {
    let (cx_, shown) = (cx.context(), credential.clone());
    let work = move |tx: &mut Tx| {
        let mut presented = shown.find_to_renew(&cx_.app, tx, cx_.project(), cx_.now())?;
        operations::change(tx, &cx_, &mut presented.session, terms.clone())
    };
    cx.write(work).await?;
    present(cx, credential).await
}

#[derive(Deserialize, JsonSchema)]
struct Revoke {
    /// Which session ends, by its id.
    member_session_id: Option<String>,
    /// Which session ends, by its token.
    session_token: Option<String>,
    /// Which session ends, by a JWT of it.
    session_jwt: Option<String>,
    /// The member all of whose sessions end. The id, not the external id.
    member_id: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Revoked {}

/// Revoke one session, or all sessions of a member.
///
/// What was derived from a session by switching organizations ends with it. With all sessions of a member end the links that were mailed to them and not used yet.
#[endpoint("sessions.revoke", POST "/v1/b2b/sessions/revoke", browser POST "/sdk/v1/b2b/sessions/revoke/{member_id}", errors(
    NoSessionRevokeArguments, TooManySessionRevokeArguments, MemberNotFound
))]
fn revoke(tx: &mut Tx, cx: &Call<Actor>, input: Revoke) -> Result<Revoked> {
    let Revoke { member_session_id, session_token, session_jwt, member_id } = input;
    let given = [&member_session_id, &session_token, &session_jwt, &member_id].into_iter().flatten().count();
    match given {
        0 => return Err(ApiError::NoSessionRevokeArguments.into()),
        1 => {}
        _ => return Err(ApiError::TooManySessionRevokeArguments.into()),
    }
    if let Some(id) = member_id {
        return revoke_of_member(tx, cx, &id);
    }
    let session = match member_session_id {
        Some(id) => operations::find(tx, cx, &id)?,
        None => {
            let credential = Credential::from_input(session_token, session_jwt)?.ok_or(ApiError::SessionNotFound)?;
            credential.find(&cx.app, tx, cx.project(), cx.now())?.session
        }
    };
    if cx.acting.as_ref().is_some_and(|acting| acting.organization_id != session.organization_id) {
        // The answer is the same as for a session that does not exist.
        return Err(ApiError::SessionNotFound.into());
    }
    cx.require_on_member(&session.member_id, "revoke-sessions")?;
    operations::end(tx, cx, &session.organization_id, &session.member_session_id)?;
    Ok(Revoked {})
}

fn revoke_of_member(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Revoked> {
    let id = MemberId::parse(id).ok_or(ApiError::MemberNotFound)?;
    let (organization, mut member) = members::find_anywhere(tx, cx, &id)?;
    if cx.acting.as_ref().is_some_and(|acting| acting.organization_id != organization.organization_id) {
        // The answer is the same as for a member that does not exist.
        return Err(ApiError::MemberNotFound.into());
    }
    cx.require_on_member(&member.member_id, "revoke-sessions")?;
    members::end_sessions(tx, cx, &mut member, None)?;
    Ok(Revoked {})
}

/// Log out: revoke the session that comes with the request.
#[endpoint("sessions.revoke_own", browser POST "/sdk/v1/b2b/sessions/revoke")]
fn revoke_own(tx: &mut Tx, cx: &Call<Actor>, _input: NoInput) -> Result<WithCookies<Revoked>> {
    let own = cx.acting.as_ref().ok_or(ApiError::UserUnauthenticated)?;
    operations::end(tx, cx, &own.organization_id, &own.session_id)?;
    // Whatever the browser keeps of the session goes.
    Ok(WithCookies { output: Revoked {}, take: |_, jar, _| cookies::ended(jar) })
}

#[derive(Deserialize, JsonSchema)]
struct ByProject {
    /// The id of the project.
    project_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Jwks {
    /// The keys, newest first. A new one is here before anything is signed with it.
    keys: Vec<Jwk>,
}

/// The public keys that session JWTs are checked with (RFC 7517).
#[endpoint("sessions.get_jwks", GET "/v1/b2b/sessions/jwks/{project_id}", errors(ProjectNotFound))]
fn get_jwks(tx: &mut Tx, cx: &Call<Anyone>, input: ByProject) -> Result<Jwks> {
    let project = ProjectId::parse(&input.project_id).ok_or(ApiError::ProjectNotFound)?;
    tx.enter(project.as_str())?;
    let keys = signing::keys_in(&cx.app, tx, &project)?.jwks(cx.now());
    if keys.is_empty() { Err(ApiError::ProjectNotFound.into()) } else { Ok(Jwks { keys }) }
}
