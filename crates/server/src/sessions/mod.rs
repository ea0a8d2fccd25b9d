//! Member sessions: the opaque token that lasts, and the JWT that is renewed from it.

mod answer;
mod authorization;
mod claims;
mod credential;
mod endpoints;
mod jwt;
mod news;
mod operations;
mod prolonging;
mod remembered;
mod store;
mod template;
mod terms;
mod verified;
mod written_behind;

pub(crate) use credential::{Credential, Presented, acting_member, given, given_for};
pub(crate) use endpoints::endpoints;
pub(crate) use jwt::LONGEST as LONGEST_JWT;
pub(crate) use operations::{begin_or_extend, keep, show};
pub(crate) use remembered::remember;
pub(crate) use store::TABLES;
pub(crate) use terms::{TERMS, Terms, TermsInput};
pub(crate) use written_behind::flush;

use crate::factors::Factor;
use crate::members::Member;
use claims::CustomClaims;
use database::Timestamp;
use foundation::app::App;
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

    /// Whether all sessions of the member were ended since it was made.
    pub(crate) fn has_ended_with_all_of(&self, member: &Member) -> bool {
        self.generation.is_some_and(|generation| generation != member.session_generation)
    }
}

/// A session, as the API shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct MemberSession {
    pub(crate) member_session_id: SessionId,
    pub(crate) member_id: MemberId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) organization_slug: String,
    /// RFC 3339.
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) started_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) last_accessed_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    pub(crate) expires_at: Timestamp,
    pub(crate) authentication_factors: Vec<Factor>,
    /// The roles in effect for this session.
    pub(crate) roles: Vec<RoleId>,
    pub(crate) custom_claims: CustomClaims,
}
