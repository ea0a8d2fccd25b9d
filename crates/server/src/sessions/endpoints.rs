use super::answer::{Prepared, Verdict};
use super::credential::{self, Credential, Presented};
use super::remembered;
use super::signing::{self, Jwk};
use super::{MemberSession, operations, store};
use crate::audit::{self, Change};
use crate::error::{ApiError, Error, Result};
use crate::http::{Actor, Anyone, Caller as _, Cx, Endpoint, Nothing, ProjectCaller, Surface, input};
use crate::id::{MemberId, ProjectId, SessionId};
use crate::login::{self, AuthResponse, Evidence, Factor, TERMS_ERRORS, TermsInput};
use crate::members::{self, MemberRef};
use crate::organizations::{self, OrganizationRef};
use crate::rbac;
use database::{EVERYTHING, Tx};
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        get::endpoint(),
        authenticate::endpoint(),
        revoke::endpoint(),
        revoke_own::endpoint(),
        exchange::endpoint(),
        get_jwks::endpoint(),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct Get {
    organization_id: OrganizationRef,
    member_id: MemberRef,
}

#[derive(Serialize, JsonSchema)]
struct Sessions {
    member_sessions: Vec<MemberSession>,
}

/// List the active sessions of a member.
#[endpoint(GET "/v1/b2b/sessions", errors(OrganizationNotFound, MemberNotFound))]
fn get(tx: &mut Tx, cx: &Cx<ProjectCaller>, input: Get) -> Result<Sessions> {
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let member = members::find(tx, &organization, &input.member_id)?;
    let sessions = store::of_member(tx, &organization.organization_id, &member.member_id, cx.now())?;
    let sessions = sessions.iter().filter(|s| !s.has_ended_with_all_of(&member));
    let member_sessions = sessions.map(|s| operations::show(s, &member, &organization)).collect();
    Ok(Sessions { member_sessions })
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    session_token: Option<String>,
    /// May have expired, while its session lives.
    session_jwt: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// Also ask whether the session's roles allow something.
    #[serde(default, deserialize_with = "input::object")]
    authorization_check: Option<AuthorizationCheck>,
}

#[derive(Deserialize, JsonSchema)]
struct AuthorizationCheck {
    organization_id: String,
    resource_id: String,
    action: String,
}

/// Check a session, and renew its JWT.
///
/// Without a duration the session's end stays as it is. Any node asks the database what has changed before it answers, so
/// a session that was revoked anywhere is refused here.
#[endpoint(POST "/v1/b2b/sessions/authenticate", browser POST "/sdk/v1/b2b/sessions/authenticate", errors(
    NoSessionArguments, SessionAuthorizationError, ..TERMS_ERRORS
))]
async fn authenticate(cx: Cx<ProjectCaller>, input: Authenticate) -> Result<Prepared> {
    let cx = Arc::new(cx);
    let credential = credential::given(&cx, input.session_token, input.session_jwt)?;
    let terms = input.terms.check(&cx)?;
    let check = input.authorization_check;
    let changes = terms.duration.is_some() || terms.claims.is_some();
    if !changes
        && check.is_none()
        && let Some(known) = remembered::recall(&cx, &credential).await?
    {
        return Ok(Prepared { known, last_use: cx.now(), verdict: None });
    }
    let work = {
        let cx = cx.clone();
        move |tx: &mut Tx| {
            let found = credential.find(&cx.app, tx, cx.project(), cx.now());
            let mut presented = found.map_err(|error| unrecoverable(&cx, error))?;
            let verdict = check.as_ref().map(|check| authorize(tx, &cx, &presented, check)).transpose()?;
            if changes {
                operations::extend(&mut presented.session, cx.now(), terms.clone())?;
                if !store::update(tx, &presented.session)? {
                    return Err(ApiError::SessionNotFound.into());
                }
            }
            Ok::<_, Error>((presented, verdict))
        }
    };
    let (presented, verdict) = if changes { cx.write(work).await? } else { cx.read(work).await? };
    let Presented { mut session, organization, member } = presented;
    let stored = std::mem::replace(&mut session.last_accessed_at, cx.now());
    let known = remembered::remember(&cx, &session, &member, &organization).await?;
    known.note_use(&cx, stored);
    Ok(Prepared { known, last_use: cx.now(), verdict })
}

/// Browsers give up a session only for certain errors; a session token that is no token is as good as none.
fn unrecoverable(cx: &Cx<ProjectCaller>, error: Error) -> Error {
    match error {
        Error::Api(ApiError::InvalidSessionToken, _) if cx.head.surface == Surface::Browser => {
            ApiError::SessionNotFound.into()
        }
        other => other,
    }
}

fn authorize(
    tx: &mut Tx,
    cx: &Cx<ProjectCaller>,
    presented: &Presented,
    check: &AuthorizationCheck,
) -> Result<Verdict> {
    let asked = organizations::find(tx, cx.project(), &OrganizationRef(check.organization_id.clone()));
    let same = asked.is_ok_and(|asked| asked.organization_id == presented.organization.organization_id);
    if !same {
        return Err(ApiError::SessionAuthorizationTenancyError.into());
    }
    let policy = rbac::policy_of(tx, cx.project(), &presented.organization)?;
    let roles = presented.member.role_ids();
    let granting: Vec<_> = policy.granting(&roles, &check.resource_id, &check.action).cloned().collect();
    match granting.is_empty() {
        true => Err(ApiError::SessionAuthorizationError.into()),
        false => Ok(Verdict { authorized: true, granting_roles: granting }),
    }
}

#[derive(Deserialize, JsonSchema)]
struct Revoke {
    member_session_id: Option<String>,
    session_token: Option<String>,
    session_jwt: Option<String>,
    /// All sessions of this member. The id, not the external id.
    member_id: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Revoked {}

/// Revoke one session, or all sessions of a member.
#[endpoint(POST "/v1/b2b/sessions/revoke", browser POST "/sdk/v1/b2b/sessions/revoke/{member_id}", errors(
    NoSessionRevokeArguments, TooManySessionRevokeArguments, MemberNotFound
))]
fn revoke(tx: &mut Tx, cx: &Cx<Actor>, input: Revoke) -> Result<Revoked> {
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
        Some(id) => by_id(tx, cx, &id)?,
        None => {
            let credential = Credential::from_input(session_token, session_jwt)?.ok_or(ApiError::SessionNotFound)?;
            credential.find(&cx.app, tx, cx.project(), cx.now())?.session
        }
    };
    if cx.caller.acting().is_some_and(|acting| acting.organization_id != session.organization_id) {
        // The answer is the same as for a session that does not exist.
        return Err(ApiError::SessionNotFound.into());
    }
    cx.caller.require_on_member(&session.member_id, "revoke-sessions")?;
    store::delete(tx, &session.organization_id, &session.member_session_id)?;
    let (organization, change) = (Some(&session.organization_id), Change::none());
    audit::record(tx, cx, "session.revoke", organization, &session.member_session_id, change)?;
    Ok(Revoked {})
}

fn by_id(tx: &mut Tx, cx: &Cx<Actor>, id: &str) -> Result<super::Session> {
    let id = SessionId::parse(id).ok_or(ApiError::SessionNotFound)?;
    // Whose session it is, only the session can say.
    let located = tx.visit(EVERYTHING, |tx| store::locate(tx, &cx.project().id, &id))?;
    let located = located.ok_or(ApiError::SessionNotFound)?;
    let organization = organizations::find_by_id(tx, cx.project(), &located)?.ok_or(ApiError::SessionNotFound)?;
    store::find(tx, &organization.organization_id, &id, cx.now())?.ok_or(ApiError::SessionNotFound.into())
}

fn revoke_of_member(tx: &mut Tx, cx: &Cx<Actor>, id: &str) -> Result<Revoked> {
    let id = MemberId::parse(id).ok_or(ApiError::MemberNotFound)?;
    let (organization, mut member) = members::anywhere(tx, cx, &id)?;
    if cx.caller.acting().is_some_and(|acting| acting.organization_id != organization.organization_id) {
        // The answer is the same as for a member that does not exist.
        return Err(ApiError::MemberNotFound.into());
    }
    cx.caller.require_on_member(&member.member_id, "revoke-sessions")?;
    operations::revoke_all_of(tx, &mut member, None)?;
    let (organization, change) = (Some(&organization.organization_id), Change::none());
    audit::record(tx, cx, "session.revoke_all", organization, &member.member_id, change)?;
    Ok(Revoked {})
}

/// Log out: revoke the session that comes with the request.
#[endpoint(browser POST "/sdk/v1/b2b/sessions/revoke")]
fn revoke_own(tx: &mut Tx, cx: &Cx<Actor>, _input: Nothing) -> Result<Revoked> {
    let own = cx.caller.acting().ok_or(ApiError::UserUnauthenticated)?;
    store::delete(tx, &own.organization_id, &own.session_id)?;
    audit::record(tx, cx, "session.revoke", Some(&own.organization_id), &own.session_id, Change::none())?;
    Ok(Revoked {})
}

#[derive(Deserialize, JsonSchema)]
struct Exchange {
    organization_id: OrganizationRef,
    session_token: Option<String>,
    session_jwt: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    #[expect(dead_code, reason = "of the protocol; it chooses the language of text messages, which come later")]
    locale: Option<String>,
}

/// Switch to another organization of the same person.
///
/// Needs a membership or an invitation there. Only what proves the email address counts in the other organization; if
/// that does not suffice, an intermediate session says what is missing. The session given stays valid.
#[endpoint(POST "/v1/b2b/sessions/exchange", browser POST "/sdk/v1/b2b/sessions/exchange", errors(
    OrganizationNotFound, NoSessionArguments, MemberDoesNotExistInOrganization, MemberNotFound, InactiveEmail,
    UserLockLimitReached, EmailDomainIsClaimed, ..TERMS_ERRORS
))]
async fn exchange(cx: Cx<ProjectCaller>, input: Exchange) -> Result<AuthResponse> {
    let cx = Arc::new(cx);
    let credential = credential::given(&cx, input.session_token, input.session_jwt)?;
    let (terms, target) = (input.terms.check(&cx)?, input.organization_id);
    let work = {
        let cx = cx.clone();
        move |tx: &mut Tx| {
            let presented = credential.find(&cx.app, tx, cx.project(), cx.now())?;
            let organization = organizations::find(tx, cx.project(), &target)?;
            let email = &presented.member.email_address;
            organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), email)?;
            let member = members::find_by_email(tx, &organization, email)?;
            let member = member.ok_or(ApiError::MemberDoesNotExistInOrganization)?;
            let transferable = |factor: &Factor| factor.is_transferable() && factor.proves(email);
            let factors = presented.session.factors.iter().filter(|f| transferable(f)).cloned().collect();
            let evidence = Evidence { factors, intermediate: None, session: None };
            login::finish(tx, &cx, organization, member, evidence, terms.clone())
        }
    };
    cx.write(work).await?.respond(&cx).await
}

#[derive(Deserialize, JsonSchema)]
struct ByProject {
    project_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Jwks {
    keys: Vec<Jwk>,
}

/// The public keys that session JWTs are checked with (RFC 7517).
#[endpoint(GET "/v1/b2b/sessions/jwks/{project_id}", errors(ProjectNotFound))]
fn get_jwks(tx: &mut Tx, cx: &Cx<Anyone>, input: ByProject) -> Result<Jwks> {
    let project = ProjectId::parse(&input.project_id).ok_or(ApiError::ProjectNotFound)?;
    tx.enter(project.as_str())?;
    let keys = signing::keys_in(&cx.app, tx, &project, cx.now())?.jwks(cx.now());
    if keys.is_empty() { Err(ApiError::ProjectNotFound.into()) } else { Ok(Jwks { keys }) }
}
