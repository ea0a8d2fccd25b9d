//! How the callers of endpoints are identified.

use crate::actor::{Actor, Ambient, Anyone, ProjectCaller};
use crate::cookies;
use crate::projects;
use crate::sessions::{self, Credential};
use database::Tx;
use foundation::app::App;
use foundation::cx::{ActingMember, Via};
use foundation::error::{ApiError, Result};
use foundation::project::Project;
use foundation::secret::Secret;
use frame::{Caller, Cookie, Dialect, Door, Head, Identified, Jar, SecurityScheme};
use serde_json::{Value, json};
use std::sync::Arc;

/// The headers with which a backend acts on behalf of a member.
const MEMBER_SESSION: &str = "x-stytch-member-session";
const MEMBER_SESSION_JWT: &str = "x-stytch-member-sessionjwt";

/// What can be wrong with a project's credentials.
const PROJECT_ERRORS: &[ApiError] =
    &[ApiError::UnauthorizedCredentials, ApiError::InvalidProjectIdAuthentication, ApiError::BadDomainForSdk];

/// The same, and with those of a member, or with what the member wants.
const ACTOR_ERRORS: &[ApiError] = &[
    ApiError::UnauthorizedCredentials,
    ApiError::InvalidProjectIdAuthentication,
    ApiError::BadDomainForSdk,
    ApiError::UserUnauthenticated,
    ApiError::SessionNotFound,
    ApiError::InvalidSessionToken,
    ApiError::UnableToParseSessionJwt,
    ApiError::TooManySessionArguments,
    ApiError::UnauthorizedAction,
    ApiError::SessionAuthorizationTenancyError,
];

/// Errors that end what a browser keeps of a session.
const ENDS_SESSION: &[ApiError] = &[ApiError::SessionNotFound, ApiError::UserUnauthenticated];

/// The cookies of a browser's request whose session is no more. What came in the Authorization header is another one, and
/// a login that goes on has its own cookie.
pub(crate) fn ended_cookies(app: &App, head: &Head, error: ApiError) -> Vec<Cookie> {
    if !ENDS_SESSION.contains(&error) || session_in_header(head).is_some() {
        return Vec::new();
    }
    // Whoever gets such an answer was just identified.
    let Some(Ok(project)) = projects::remembered(app, head, Via::Browser) else { return Vec::new() };
    let ended = cookies::without_session(&Jar::of(&project.id));
    ended.into_iter().filter(|cookie| head.cookie(&cookie.name).is_some()).collect()
}

/// The project of a request whose sender was identified a moment ago.
pub(crate) fn known_project(app: &App, head: &Head) -> Option<Arc<Project>> {
    projects::remembered(app, head, via(head.dialect))?.ok()
}

fn via(dialect: Dialect) -> Via {
    if dialect == Dialect::Browser { Via::Browser } else { Via::Backend }
}

fn identified<C>(caller: C, project: Arc<Project>, head: &Head, acting: Option<ActingMember>) -> Identified<C> {
    let via = via(head.dialect);
    let keeps_cookies = via == Via::Browser && project.settings.http_only_cookies;
    Identified { caller, project, via, acting, keeps_cookies }
}

/// The session and intermediate session of a browser: from the Authorization header, else from the project's cookies.
fn ambient(head: &Head, project: &Project) -> Ambient {
    if via(head.dialect) != Via::Browser {
        return Ambient::default();
    }
    let jar = Jar::of(&project.id);
    let cookie = |kind| head.cookie(&jar.name(kind)).map(str::to_owned);
    let session = session_in_header(head).or_else(|| cookie(cookies::SESSION));
    Ambient {
        session_token: session.map(Secret::new),
        intermediate_session_token: cookie(cookies::INTERMEDIATE).map(Secret::new),
    }
}

/// The session token that a browser sends in the place of a password.
fn session_in_header(head: &Head) -> Option<String> {
    let (user, password) = head.basic()?;
    Some(password).filter(|password| !password.is_empty() && *password != user)
}

impl Caller for ProjectCaller {
    const NAME: &'static str = "project";
    const ERRORS: &'static [ApiError] = PROJECT_ERRORS;

    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        let project = projects::identify(app, tx, head, via(head.dialect))?;
        refuse_member_session(head)?;
        Ok(identified(Self { ambient: ambient(head, &project) }, project, head, None))
    }

    fn remembered(app: &App, head: &Head) -> Option<Result<Identified<Self>>> {
        let project = projects::remembered(app, head, via(head.dialect))?;
        Some(project.and_then(|project| {
            refuse_member_session(head)?;
            Ok(identified(Self { ambient: ambient(head, &project) }, project, head, None))
        }))
    }

    fn security(dialect: Dialect) -> &'static [&'static [&'static str]] {
        if via(dialect) == Via::Browser { &[&["publicToken"]] } else { &[&["project"]] }
    }
}

impl Caller for Actor {
    const NAME: &'static str = "project_or_member";
    const ERRORS: &'static [ApiError] = ACTOR_ERRORS;

    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        let project = projects::identify(app, tx, head, via(head.dialect))?;
        let credential = match via(head.dialect) {
            Via::Browser => {
                refuse_member_session(head)?;
                let token = ambient(head, &project).session_token.ok_or(ApiError::UserUnauthenticated)?;
                Some(Credential::Token(token))
            }
            _ => member_credential(head)?,
        };
        let acting = credential.map(|credential| sessions::acting_member(app, tx, &project, &credential, head.now));
        Ok(identified(Self, project, head, acting.transpose()?))
    }

    /// In the browser API the session says which organization, and for some paths which member, is meant.
    fn says(door: &Door) -> &'static [&'static str] {
        match (door.dialect, door.myself) {
            (_, true) => &["organization_id", "organization_ids", "member_id"],
            (Dialect::Browser, false) => &["organization_id", "organization_ids"],
            _ => &[],
        }
    }

    fn say(&self, acting: Option<&ActingMember>, field: &str) -> Option<Value> {
        let member = acting?;
        match field {
            "organization_id" => Some(json!(member.organization_id)),
            "organization_ids" => Some(json!([member.organization_id])),
            "member_id" => Some(json!(member.member_id)),
            _ => None,
        }
    }

    fn security(dialect: Dialect) -> &'static [&'static [&'static str]] {
        match via(dialect) {
            Via::Browser => &[&["publicToken"]],
            _ => &[&["project"], &["project", "memberSession"]],
        }
    }
}

/// The session that a backend acts with.
fn member_credential(head: &Head) -> Result<Option<Credential>> {
    match (credential_in(head, MEMBER_SESSION)?, credential_in(head, MEMBER_SESSION_JWT)?) {
        (None, None) => Ok(None),
        (Some(token), None) => Ok(Some(Credential::Token(token))),
        (None, Some(jwt)) => Ok(Some(Credential::Jwt(jwt))),
        (Some(_), Some(_)) => Err(ApiError::TooManySessionArguments.into()),
    }
}

/// Refuses the headers of a member's session at a door where they would change nothing.
fn refuse_member_session(head: &Head) -> Result<()> {
    match [MEMBER_SESSION, MEMBER_SESSION_JWT].into_iter().find(|name| head.headers.contains_key(*name)) {
        None => Ok(()),
        Some(name) => {
            Err(ApiError::BadRequest.because(format!("Nobody acts on behalf of a member here: leave {name} out.")))
        }
    }
}

/// A header that carries a credential.
///
/// # Errors
/// When it is there but says nothing: whoever sends it means to be less than they are without it.
fn credential_in(head: &Head, name: &str) -> Result<Option<Secret>> {
    match head.headers.get(name) {
        None => Ok(None),
        Some(value) => match value.to_str() {
            Ok(text) if !text.trim().is_empty() => Ok(Some(Secret::new(text))),
            _ => Err(ApiError::InvalidSessionToken.into()),
        },
    }
}

impl Caller for Anyone {
    const NAME: &'static str = "";
    const ERRORS: &'static [ApiError] = &[];

    fn identify(_app: &App, _tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        anyone(head)
    }

    fn remembered(_app: &App, head: &Head) -> Option<Result<Identified<Self>>> {
        Some(anyone(head))
    }

    fn security(_dialect: Dialect) -> &'static [&'static [&'static str]] {
        &[]
    }
}

fn anyone(head: &Head) -> Result<Identified<Anyone>> {
    if matches!(head.dialect, Dialect::Backend | Dialect::Browser) {
        refuse_member_session(head)?;
    }
    Ok(identified(Anyone, Arc::new(Project::none()), head, None))
}

/// What the API description says of the ways to come in.
pub(crate) fn security_schemes() -> Vec<SecurityScheme> {
    vec![
        ("project", json!({ "type": "http", "scheme": "basic", "description": "Project id and secret." })),
        (
            "publicToken",
            json!({
                "type": "http",
                "scheme": "basic",
                "description": "Public token, and the session token or the public token again.",
            }),
        ),
        (
            "memberSession",
            json!({
                "type": "apiKey",
                "in": "header",
                "name": "X-Stytch-Member-Session",
                "description": "Acts on behalf of the member of this session. A JWT goes into X-Stytch-Member-SessionJWT.",
            }),
        ),
    ]
}
