//! Everything that can be asked for.

use crate::callers::security_schemes;
use crate::{
    admin_portal, audit_log, discovery, login, magic_links, members, organizations, pages, projects, rbac, sessions,
};
use frame::Endpoint;
use serde_json::Value;

/// Every endpoint, one line per subject.
pub fn endpoints() -> Vec<Endpoint> {
    [
        organizations::endpoints(),
        members::endpoints(),
        magic_links::endpoints(),
        discovery::endpoints(),
        sessions::endpoints(),
        login::endpoints(),
        rbac::endpoints(),
        audit_log::endpoints(),
        projects::endpoints(),
        admin_portal::endpoints(),
        pages::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The description of the API (OpenAPI 3.1).
pub fn openapi() -> Value {
    frame::openapi(&endpoints(), &security_schemes())
}

/// Every way in, with what a test has to know of it.
pub fn doors() -> Value {
    frame::doors(&endpoints())
}
