//! What an operation knows besides its input: in which project, for whom, when, and with what.
//!
//! Plain data. Requests have it, and so do workers, the command line and whatever else acts in a project.

use crate::app::App;
use crate::error::{ApiError, Result, keep};
use crate::id::{MemberId, OrganizationId, SessionId};
use crate::project::Project;
use crate::rbac::{Policy, RoleId, is_done_in_their_place, resource};
use crate::time;
use crate::witness::Witness;
use database::{Timestamp, Tx};
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// Why somebody who acts in a member's place may not do what only the member may.
pub const NOT_IN_THEIR_PLACE: &str =
    "An operator acts in this session in the member's place. Who gets in, and with what, is theirs to change.";

/// Minutes for which a second factor is fresh.
const FRESH: i64 = 60;

/// The context of an operation.
#[derive(Clone)]
pub struct Cx {
    pub app: App,
    pub project: Arc<Project>,
    pub via: Via,
    /// The member on whose behalf it is done. What they may do, their roles decide.
    pub acting: Option<ActingMember>,
    /// The address of the operator who does it on the dashboard. On the command line nobody says who they are.
    pub operator: Option<Arc<str>>,
    /// When. Nothing else reads the clock.
    pub now: Timestamp,
    /// Empty where there is no request.
    pub request_id: String,
    /// The client's address, as far as proxies are trusted to tell it.
    pub ip_address: Option<IpAddr>,
    /// Who is told what is changed, beside the audit log.
    pub witness: Option<Arc<Witness>>,
    /// What a browser calls itself; of others nobody asks.
    pub user_agent: Option<String>,
}

/// Which way an operation was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The app's backend, with the project's secret.
    Backend,
    /// A page of the app, with the project's public token.
    Browser,
    /// A directory, with the token of the SCIM connection that has this UUID.
    Directory(Uuid),
    /// The setup pages, opened with the setup link that has this UUID.
    SetupLink(Uuid),
    /// The operator, on the database directly, or on the dashboard.
    CommandLine,
    /// Nobody: the server does it when it is time.
    Server,
}

/// A member whose session came with the request; or a setup link, which may do what a member could whose one role has the
/// permissions of its purposes, and whose ids nobody has.
#[derive(Clone)]
pub struct ActingMember {
    pub organization_id: OrganizationId,
    pub member_id: MemberId,
    pub session_id: SessionId,
    pub roles: Vec<RoleId>,
    /// Roles that they may give and take though they do not have them.
    pub gives: Vec<RoleId>,
    /// When the session last proved that they read mail at their address.
    pub address_proven_at: Option<Timestamp>,
    /// Whether they have a second factor set up.
    pub has_second_factor: bool,
    /// When the session last proved one.
    pub second_factor_proven_at: Option<Timestamp>,
    /// The address of the operator who acts in the member's place, where one does.
    pub impersonator: Option<Arc<str>>,
    pub policy: Arc<Policy>,
}

impl Cx {
    /// Something that the operator does in a project, now.
    pub fn of_operator(app: &App, project: Arc<Project>) -> Self {
        Self {
            app: app.clone(),
            project,
            via: Via::CommandLine,
            acting: None,
            operator: None,
            now: app.now(),
            request_id: String::new(),
            ip_address: None,
            witness: None,
            user_agent: None,
        }
    }

    /// The same, of something that the server does when it is time.
    pub fn of_server(app: &App, project: Arc<Project>) -> Self {
        Self { via: Via::Server, ..Self::of_operator(app, project) }
    }

    /// The same, in a project that only what a browser brings says.
    #[must_use]
    pub fn of_browser(&self, project: Arc<Project>) -> Self {
        Self { project, via: Via::Browser, ..self.clone() }
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// When it is done.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether the answer goes to a page, which may be anybody's.
    pub fn is_browser(&self) -> bool {
        self.via == Via::Browser
    }

    /// Whether the acting member, if there is one, may do this; and whether it may be done in their place, where an operator
    /// does it. Everybody else who gets this far may do everything.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub fn require(&self, resource: &str, action: &str) -> Result<()> {
        let Some(member) = &self.acting else { return Ok(()) };
        if !member.policy.allows(&member.roles, resource, action) {
            let told = format!("The member's roles do not allow {action} on {resource}.");
            return Err(ApiError::UnauthorizedAction.because(told));
        }
        if is_done_in_their_place(resource, action) { Ok(()) } else { self.require_own_session() }
    }

    /// As [`Cx::require`] on `stytch.member`; on oneself the same action on `stytch.self` suffices.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub fn require_on_member(&self, target: &MemberId, action: &str) -> Result<()> {
        if self.is_oneself(target) && self.require(resource::SELF, action).is_ok() {
            return Ok(());
        }
        self.require(resource::MEMBER, action)
    }

    /// Whether this member is the one who acts.
    pub fn is_oneself(&self, member: &MemberId) -> bool {
        self.acting.as_ref().is_some_and(|acting| acting.member_id == *member)
    }

    /// Whether the acting member, if there is one, has every permission that these roles give. Whoever takes or changes
    /// what leads to such roles (an address, factors, an account), and whoever gives them, directly or by a rule, needs
    /// that: nobody reaches above themselves (threat T-70).
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub fn require_reach(&self, roles: &[RoleId]) -> Result<()> {
        let beyond = self.acting.as_ref().and_then(|member| {
            let others: Vec<RoleId> = roles.iter().filter(|role| !member.gives.contains(role)).cloned().collect();
            member.policy.beyond(&member.roles, &others)
        });
        match beyond {
            Some((resource, action)) => Err(ApiError::UnauthorizedAction.because(format!(
                "The other member has, or would have, {action} on {resource}, which the acting member has not."
            ))),
            None => Ok(()),
        }
    }

    /// As [`Cx::require_reach`] where it is done to another member; everybody reaches themselves.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub fn require_reach_of(&self, target: &MemberId, roles: &[RoleId]) -> Result<()> {
        match &self.acting {
            Some(member) if member.member_id == *target => Ok(()),
            _ => self.require_reach(roles),
        }
    }

    /// Whether nobody acts in a member's place: an operator who does changes nothing by which anybody gets in, they themselves
    /// or others, so that nothing of it outlives their session (threat T-50). What asks for a permission need not ask this too.
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub fn require_own_session(&self) -> Result<()> {
        match self.acting.as_ref().and_then(|acting| acting.impersonator.as_ref()) {
            None => Ok(()),
            Some(_) => Err(ApiError::UnauthorizedAction.because(NOT_IN_THEIR_PLACE)),
        }
    }

    /// Whether the acting member, if there is one, has proven a second factor in this session within the last hour, or has
    /// none to prove: what weakens a login takes more than a session that was left open (threat T-39), and is theirs to do.
    ///
    /// # Errors
    /// `unauthorized_action`, `insufficient_factors`, `stale_factors`.
    pub fn require_second_factor(&self) -> Result<()> {
        self.require_own_session()?;
        let Some(member) = self.acting.as_ref().filter(|member| member.has_second_factor) else { return Ok(()) };
        match member.second_factor_proven_at {
            None => Err(ApiError::InsufficientFactors.into()),
            Some(at) if time::after_minutes(at, FRESH) < self.now => Err(ApiError::StaleFactors.into()),
            Some(_) => Ok(()),
        }
    }

    /// A member may only touch their own organization; whether another one exists makes no difference.
    ///
    /// # Errors
    /// `session_authorization_tenancy_error`.
    pub fn require_organization(&self, organization: Option<&OrganizationId>) -> Result<()> {
        match &self.acting {
            Some(member) if organization != Some(&member.organization_id) => {
                Err(ApiError::SessionAuthorizationTenancyError.into())
            }
            _ => Ok(()),
        }
    }

    /// Runs a transaction that only reads, in the project.
    pub async fn read<T: Send + 'static>(&self, work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.app.db().read(self.within(work)).await
    }

    /// As [`Cx::read`], for what every check of a session waits for: see [`database::Database::check`].
    pub async fn check<T: Send + 'static>(&self, work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.app.db().check(self.within(work)).await
    }

    /// As [`Cx::read`], for what may read much: see [`database::Database::scan`].
    pub async fn scan<T: Send + 'static>(&self, work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.app.db().scan(self.within(work)).await
    }

    /// Runs a transaction that writes, in the project. An error undoes it, unless it is one that is [kept](keep).
    pub async fn write<T: Send + 'static>(&self, work: impl FnMut(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let mut within = self.within(work);
        self.app.db().write(move |tx| keep(within(tx))).await?
    }

    fn within<T, W>(&self, mut work: W) -> impl FnMut(&mut Tx) -> Result<T> + use<T, W>
    where
        W: FnMut(&mut Tx) -> Result<T>,
    {
        let project = self.project.id.clone();
        move |tx| {
            tx.enter(project.as_str())?;
            work(tx)
        }
    }
}
