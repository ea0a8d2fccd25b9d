//! Projects: one environment of one app, with its credentials and settings. Nothing crosses from one to another.

mod endpoints;
mod identify;
mod operations;
mod store;

pub(crate) use endpoints::endpoints;
pub(crate) use identify::{
    Remembered, by_public_token, check_origin, identify, origin_is_registered, public_token, remembered,
};
pub use operations::{Created, New, add_secret, create, create_first, list, remove_secret, update_settings};
pub(crate) use operations::{enter, ids};

use crate::id::{Environment, ProjectId};
use serde::{Deserialize, Serialize};

/// A project, as requests need it.
#[derive(Debug, Clone)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub environment: Environment,
    pub settings: Settings,
}

/// What an operator can set for a project; `guildhall project update` does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Keep session tokens in cookies that scripts cannot read, instead of giving them to the page.
    pub http_only_cookies: bool,
    /// Whether people who log in by discovery in a browser may create organizations.
    pub create_organization_enabled: bool,
    /// Whether browsers must start an email link with a PKCE code challenge (RFC 7636).
    pub pkce_required_for_email_magic_links: bool,
    /// The longest session that a browser may ask for, in minutes.
    pub max_session_duration_minutes: i64,
    /// Where the browser SDK finds the organization's slug in the page's URL, e.g. `*.example.com/{{slug}}/login`.
    pub slug_pattern: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            http_only_cookies: false,
            create_organization_enabled: true,
            pkce_required_for_email_magic_links: false,
            max_session_duration_minutes: 527_040,
            slug_pattern: None,
        }
    }
}

impl Project {
    /// The project of requests that belong to none.
    pub(crate) fn none() -> Self {
        let id = ProjectId::from_uuid(Environment::Test, uuid::Uuid::nil());
        Self { id, name: String::new(), environment: Environment::Test, settings: Settings::default() }
    }
}
