//! The kinds of credential. Which kind an endpoint takes stands in its signature, so a handler cannot forget it.

use crate::App;
use crate::error::{ApiError, Result};
use crate::http::{Head, Surface};
use crate::id::{MemberId, OrganizationId, SessionId};
use crate::projects::{self, Project};
use crate::rbac::{Policy, RoleId, resource};
use crate::sessions;
use database::Tx;
use std::sync::Arc;

/// Who sends a request, by a kind of credential.
pub(crate) trait Caller: Sized + Send + Sync + 'static {
    /// The security scheme in the API description.
    const NAME: &'static str;
    /// Checks the credential.
    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Self>;
    /// Checks the credential without storage, when it was seen a moment ago.
    fn remembered(_app: &App, _head: &Head) -> Option<Result<Self>> {
        None
    }
    /// The project of the request.
    fn project(&self) -> &Project;
    /// The member on whose behalf it acts.
    fn acting(&self) -> Option<&ActingMember> {
        None
    }
    /// Whether the answer's tokens go into cookies that scripts cannot read.
    fn http_only_cookies(&self) -> bool {
        false
    }
}

/// A project: its backend (project id and secret), or its pages in a browser (public token). May start and finish
/// logins.
#[derive(Clone)]
pub(crate) struct ProjectCaller {
    pub(crate) project: Arc<Project>,
    pub(crate) surface: Surface,
}

impl ProjectCaller {
    /// Whether the answer goes to someone who has proven nothing yet.
    pub(crate) fn is_browser(&self) -> bool {
        self.surface == Surface::Browser
    }
}

impl Caller for ProjectCaller {
    const NAME: &'static str = "project";
    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Self> {
        let project = projects::identify(app, tx, head)?;
        Ok(Self { project, surface: head.surface })
    }
    fn remembered(app: &App, head: &Head) -> Option<Result<Self>> {
        let project = projects::remembered(app, head)?;
        Some(project.map(|project| Self { project, surface: head.surface }))
    }
    fn project(&self) -> &Project {
        &self.project
    }
    fn http_only_cookies(&self) -> bool {
        self.is_browser() && self.project.settings.http_only_cookies
    }
}

/// A project's backend, which may do everything in its project, or a member, who may do what their roles allow in
/// their own organization: in a browser always, from a backend when it sends a member-session header.
pub(crate) struct Actor {
    project: ProjectCaller,
    member: Option<ActingMember>,
}

/// A member whose session came with the request.
pub(crate) struct ActingMember {
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_id: MemberId,
    pub(crate) session_id: SessionId,
    pub(crate) roles: Vec<RoleId>,
    pub(crate) policy: Arc<Policy>,
}

impl Caller for Actor {
    const NAME: &'static str = "project_or_member";
    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Self> {
        let project = ProjectCaller::identify(app, tx, head)?;
        let credential = match head.surface {
            Surface::Browser => {
                let token = head.ambient().session_token.ok_or(ApiError::UserUnauthenticated)?;
                Some(sessions::Credential::Token(token))
            }
            Surface::Backend => {
                let (token, jwt) = ("x-stytch-member-session", "x-stytch-member-sessionjwt");
                match (head.credential(token)?, head.credential(jwt)?) {
                    (None, None) => None,
                    (Some(token), None) => Some(sessions::Credential::Token(token)),
                    (None, Some(jwt)) => Some(sessions::Credential::Jwt(jwt)),
                    (Some(_), Some(_)) => return Err(ApiError::TooManySessionArguments.into()),
                }
            }
        };
        let member = match credential {
            Some(credential) => Some(sessions::acting_member(app, tx, &project.project, &credential, head.now)?),
            None => None,
        };
        Ok(Self { project, member })
    }
    fn project(&self) -> &Project {
        &self.project.project
    }
    fn acting(&self) -> Option<&ActingMember> {
        self.member.as_ref()
    }
    fn http_only_cookies(&self) -> bool {
        self.project.http_only_cookies()
    }
}

impl Actor {
    /// Whether the member, if one acts, may do this; a backend on its own behalf may do everything.
    pub(crate) fn require(&self, resource: &str, action: &str) -> Result<()> {
        match &self.member {
            Some(member) if !member.policy.allows(&member.roles, resource, action) => Err(ApiError::UnauthorizedAction
                .because(format!("The member's roles do not allow {action} on {resource}."))),
            _ => Ok(()),
        }
    }

    /// As [`Actor::require`] on `stytch.member`; on oneself the same action on `stytch.self` suffices.
    pub(crate) fn require_on_member(&self, target: &MemberId, action: &str) -> Result<()> {
        if self.member.as_ref().is_some_and(|member| member.member_id == *target)
            && self.require(resource::SELF, action).is_ok()
        {
            return Ok(());
        }
        self.require(resource::MEMBER, action)
    }

    /// A member may only touch their own organization; whether another one exists makes no difference.
    pub(crate) fn require_organization(&self, organization: Option<&OrganizationId>) -> Result<()> {
        match &self.member {
            Some(member) if organization != Some(&member.organization_id) => {
                Err(ApiError::SessionAuthorizationTenancyError.into())
            }
            _ => Ok(()),
        }
    }
}

/// Nobody in particular: what is public.
pub(crate) struct Anyone(Project);

impl Caller for Anyone {
    const NAME: &'static str = "";
    fn identify(_app: &App, _tx: &mut Tx, _head: &Head) -> Result<Self> {
        Ok(Self(Project::none()))
    }
    fn remembered(_app: &App, _head: &Head) -> Option<Result<Self>> {
        Some(Ok(Self(Project::none())))
    }
    fn project(&self) -> &Project {
        &self.0
    }
}
