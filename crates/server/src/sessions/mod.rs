//! Member sessions: the opaque token that lasts, and the JWT that is renewed from it.

mod answer;
mod claims;
mod credential;
mod endpoints;
mod jwt;
mod operations;
mod remembered;
pub(crate) mod signing;
mod store;
mod touch;

pub(crate) use claims::{CustomClaims, check as check_claims};
pub(crate) use credential::{Credential, acting_member, given_for};
pub(crate) use endpoints::endpoints;
pub(crate) use operations::{begin_or_extend, purge, revoke_all_of, show};
pub(crate) use remembered::{RememberedSessions, remember};
pub use signing::rotate as rotate_signing_key;
pub(crate) use store::CLEAN;
pub(crate) use touch::{Touched, flush};

use crate::App;
use crate::id::{MemberId, OrganizationId, SessionId};
use crate::keys::token::Token;
use crate::login::Factor;
use crate::members::Member;
use crate::rbac::RoleId;
use database::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A session, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_session_id: SessionId,
    /// Counts its changes; that it was used is none.
    pub(crate) revision: i64,
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
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub(crate) started_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub(crate) last_accessed_at: Timestamp,
    /// RFC 3339.
    #[serde(with = "crate::time")]
    #[schemars(with = "String")]
    pub(crate) expires_at: Timestamp,
    pub(crate) authentication_factors: Vec<Factor>,
    /// The roles in effect for this session.
    pub(crate) roles: Vec<RoleId>,
    pub(crate) custom_claims: CustomClaims,
}
