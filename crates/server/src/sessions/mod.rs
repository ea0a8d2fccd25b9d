//! Member sessions: the opaque token that lasts, and the JWT that is renewed from it.

mod answer;
mod authorization;
mod claims;
mod client;
mod credential;
mod endpoints;
mod jwt;
mod news;
mod numbers;
mod operations;
pub(crate) mod operator;
mod prolonging;
mod remembered;
mod store;
mod template;
mod terms;
mod verified;
mod written_behind;

pub(crate) use client::Client;
pub(crate) use credential::{Credential, Presented, acting_member, by_id, find_source, given, given_for};
pub(crate) use endpoints::endpoints;
pub(crate) use jwt::LONGEST as LONGEST_JWT;
pub(crate) use numbers::{measure, write as write_numbers};
pub(crate) use operations::{
    MOST_OF_MEMBER, begin_or_extend, end_of_member, end_own, keep, of_member, of_members, own, show,
};
pub(crate) use remembered::remember;
pub(crate) use store::TABLES;
pub(crate) use terms::{TERMS, Terms, TermsInput};
pub(crate) use written_behind::flush;

use crate::factors::{Factor, ImpersonatedFactor};
use crate::members::Member;
use crate::organizations::Organization;
use claims::CustomClaims;
use database::Timestamp;
use foundation::app::App;
use foundation::audit::Whose;
use foundation::cx::NOT_IN_THEIR_PLACE;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, OrganizationId, SessionId};
use foundation::keys::token::Token;
use foundation::rbac::RoleId;
use schemars::JsonSchema;
use serde::Serialize;

/// A session, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_session_id: SessionId,
    /// Counts its changes; that it was used, and that its end has moved away, is none.
    pub(crate) revision: i64,
    /// How often its end was brought nearer.
    pub(crate) shortened: i64,
    pub(crate) member_id: MemberId,
    /// The member's at that time; none of a session made by a program that knew of none.
    pub(crate) generation: Option<i64>,
    /// The session that it was made of.
    pub(crate) derived_from: Option<SessionId>,
    /// The member as whom its factors were proven, where that is not its own login.
    pub(crate) origin_member_id: Option<MemberId>,
    pub(crate) started_at: Timestamp,
    pub(crate) last_accessed_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) factors: Vec<Factor>,
    pub(crate) custom_claims: CustomClaims,
}

impl Session {
    /// Its opaque token.
    pub(crate) fn token(&self, app: &App) -> Token {
        Token::of_session(app.keys(), self.organization_id.uuid(), &self.member_session_id)
    }

    /// The operator who acts in it in the member's place, if one does.
    pub(crate) fn impersonator(&self) -> Option<&ImpersonatedFactor> {
        self.factors.iter().find_map(Factor::impersonator)
    }

    /// Whether it is the member's own. One in which an operator acts in their place leads to no other session, is given no proof,
    /// and is not prolonged (threat T-50).
    ///
    /// # Errors
    /// `unauthorized_action`.
    pub(crate) fn require_own(&self) -> Result<()> {
        if self.impersonator().is_some() {
            Err(ApiError::UnauthorizedAction.because(NOT_IN_THEIR_PLACE))
        } else {
            Ok(())
        }
    }

    /// What is derived from it is derived from this.
    pub(crate) fn as_source(&self) -> Source {
        Source {
            organization_id: self.organization_id.clone(),
            member_session_id: self.member_session_id.clone(),
            origin: self.origin_member_id.as_ref().unwrap_or(&self.member_id).clone(),
        }
    }

    fn whose(&self) -> Whose<'_> {
        Whose::Member(&self.organization_id, &self.member_id)
    }

    /// What the audit log tells of it.
    fn recorded(&self) -> Recorded<'_> {
        Recorded {
            expires_at: self.expires_at,
            authentication_factors: &self.factors,
            custom_claims: &self.custom_claims,
            derived_from: self.derived_from.as_ref(),
            origin_member_id: self.origin_member_id.as_ref(),
        }
    }

    /// Whether it was begun by an SSO connection that is gone since, that is another identity provider's now, or by which this
    /// member's logins have ended.
    pub(crate) fn has_ended_with_a_connection(&self, organization: &Organization, member: &Member) -> bool {
        let counts = |factor: &Factor, id: &str| {
            let known = organization.sso_connection(id);
            let since = member.sso_logins_since.get(id).map(|since| since.0);
            known.is_some_and(|known| factor.is_since(known.since)) && factor.is_since(since)
        };
        self.factors.iter().any(|factor| factor.connection().is_some_and(|id| !counts(factor, id)))
    }

    /// Whether all sessions of the member were ended since it was made.
    pub(crate) fn has_ended_with_all_of(&self, member: &Member) -> bool {
        self.generation.is_some_and(|generation| generation != member.session_generation)
    }
}

/// What the audit log tells of a session.
#[derive(Serialize)]
struct Recorded<'a> {
    #[serde(with = "foundation::time")]
    expires_at: Timestamp,
    authentication_factors: &'a [Factor],
    custom_claims: &'a CustomClaims,
    derived_from: Option<&'a SessionId>,
    origin_member_id: Option<&'a MemberId>,
}

/// The session that another is made of. What is derived from it ends with it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_session_id: SessionId,
    /// The member as whom the factors were proven.
    pub(crate) origin: MemberId,
}

/// What a login has to begin its session with.
pub(crate) enum Basis {
    /// Only what was proven in it.
    Login,
    /// What was proven in another session.
    Derived(Source),
    /// A session of the same member, which goes on.
    GoesOn(Box<Session>),
}

/// A session, as the API shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct MemberSession {
    /// The id of the session; it opens nothing.
    pub(crate) member_session_id: SessionId,
    /// Whose session it is.
    pub(crate) member_id: MemberId,
    /// The organization that the session is for.
    pub(crate) organization_id: OrganizationId,
    /// The slug of the organization.
    pub(crate) organization_slug: String,
    /// When it began (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) started_at: Timestamp,
    /// When it was last used (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) last_accessed_at: Timestamp,
    /// When it ends (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) expires_at: Timestamp,
    /// What was proven in this session, each with the time it was last proven. At most 20.
    pub(crate) authentication_factors: Vec<Factor>,
    /// The roles in effect for this session.
    pub(crate) roles: Vec<RoleId>,
    /// What the app has put into the session and its JWTs.
    pub(crate) custom_claims: CustomClaims,
}
