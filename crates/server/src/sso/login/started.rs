//! A login that has begun, on its way to the identity provider.

use crate::begun::State;
use crate::sso::connections::Connection;
use foundation::cx::Cx;
use foundation::project::Project;
use frame::Cookie;
use std::sync::Arc;

/// A login that has begun: what it takes to send the browser on.
pub(crate) struct Started {
    pub(super) cx: Cx,
    /// Whose identity provider it is, which may be another organization's.
    pub(super) connection: Arc<Connection>,
    pub(super) state: State,
    /// What the browser keeps until it comes back.
    pub(crate) cookie: Cookie,
    pub(super) custom_scopes: String,
    pub(super) added: Vec<(String, String)>,
}

impl Started {
    /// Whose login it is.
    pub(crate) fn project(&self) -> &Project {
        self.cx.project()
    }
}

/// How the browser gets to the identity provider.
pub(crate) enum Way {
    /// By going there.
    Url(String),
    /// By sending a form (SAML 2.0 bindings, section 3.5).
    Form { action: String, saml_request: String, relay_state: String },
}
