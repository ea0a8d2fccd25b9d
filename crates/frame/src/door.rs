//! Doors: the ways to an operation.

/// One way to an operation: a method and a path, in a dialect.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    pub method: Method,
    /// With `{name}` for what the input is told of it.
    pub path: &'static str,
    pub dialect: Dialect,
    /// Whether it is about the very member who comes through it: the session says which.
    pub myself: bool,
    /// What the roles of a member who acts must allow. More may be asked of certain inputs.
    pub requires: Option<Requirement>,
    /// The only fields that body and query may have, at the doors of browsers. Elsewhere none are refused.
    pub takes: Option<&'static [&'static str]>,
    /// Whether pages of other sites send forms here. Elsewhere their forms are refused.
    pub from_elsewhere: bool,
    /// The HTTP status of success, unless the output says another.
    pub status: u16,
}

/// An action on a resource of the RBAC policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    pub resource: &'static str,
    pub action: &'static str,
}

/// The protocol that is spoken at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// JSON of the backend API.
    Backend,
    /// JSON of the browser API: answers in an envelope, cross-origin requests, cookies.
    Browser,
    /// SCIM (RFC 7644): `application/scim+json` and its own errors.
    Scim,
    /// OAuth 2.0 endpoints (RFC 6749): forms in, JSON without an envelope out, and its own errors.
    Oauth,
    /// Pages for people.
    Page,
    /// A page that leads on, or says why it cannot.
    Redirect,
    /// Text and files for machines: probes, metrics, descriptions.
    Plain,
}

impl Door {
    /// Whether forms of our own pages come here, and no others.
    pub fn is_of_own_forms(&self) -> bool {
        self.dialect == Dialect::Page && self.method.has_body() && !self.from_elsewhere
    }
}

impl Dialect {
    /// Its name, in the list of doors.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Backend => "backend",
            Dialect::Browser => "browser",
            Dialect::Scim => "scim",
            Dialect::Oauth => "oauth",
            Dialect::Page => "page",
            Dialect::Redirect => "redirect",
            Dialect::Plain => "plain",
        }
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE,
}

impl Method {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
        }
    }

    /// Whether the input comes in the body; if not, in the query.
    pub(crate) fn has_body(self) -> bool {
        !matches!(self, Method::GET | Method::DELETE)
    }
}
