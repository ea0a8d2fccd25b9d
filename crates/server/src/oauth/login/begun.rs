//! A login at a provider that has begun.

use crate::begun;
use database::Timestamp;
use foundation::id::{OrganizationId, ProjectId};
use foundation::keys::token::TokenKind;
use foundation::project::Project;
use serde::{Deserialize, Serialize};

/// What the cookie says of it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Told {
    /// The provider that was asked: another's answer does not belong to it (threat T-28).
    #[serde(rename = "n")]
    pub(super) provider: String,
    /// Where members come back to, or everybody in discovery.
    #[serde(rename = "l")]
    pub(super) redirect_url: String,
    /// Where it is another.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) signup_redirect_url: Option<String>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub(super) pkce_code_challenge: Option<String>,
    /// What was asked for.
    #[serde(rename = "c")]
    pub(super) scopes: String,
    #[serde(rename = "e", with = "foundation::time")]
    pub(super) expires_at: Timestamp,
}

impl begun::Told for Told {
    const COOKIE: &'static str = "__Host-guildhall_oauth";
    /// Providers send browsers back by an address.
    const ACROSS_SITES: bool = false;

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// What somebody logs in to.
#[derive(Clone)]
pub(super) enum Goal {
    Organization(OrganizationId),
    Discovery(ProjectId),
}

impl Goal {
    /// That of a state.
    pub(super) fn of(state: &begun::State, project: &Project) -> Self {
        match state.kind() {
            TokenKind::OauthState => Goal::Organization(state.organization(project.environment)),
            _ => Goal::Discovery(project.id.clone()),
        }
    }

    /// Where what belongs to the login is looked up.
    pub(super) fn scope(&self) -> &str {
        match self {
            Goal::Organization(id) => id.as_str(),
            Goal::Discovery(id) => id.as_str(),
        }
    }
}

/// The state of a login at a provider; `None` for anything else.
pub(super) fn parse_state(text: &str) -> Option<begun::State> {
    let parse = |kind| begun::State::parse(kind, text);
    parse(TokenKind::OauthState).or_else(|| parse(TokenKind::OauthDiscoveryState))
}
