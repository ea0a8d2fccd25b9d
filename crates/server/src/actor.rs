//! The kinds of callers that endpoints take. How each is identified stands in [`callers`](crate::callers), above the
//! subjects that know.

use foundation::secret::Secret;

/// A project: its backend (project id and secret), or its pages in a browser (public token). May start and finish
/// logins.
pub(crate) struct ProjectCaller {
    pub(crate) ambient: Ambient,
}

/// A project's backend, which may do everything in its project, or a member, who may do what their roles allow in
/// their own organization: in a browser always, from a backend when it sends a member-session header.
pub(crate) struct Actor;

/// Nobody in particular: what is public.
pub(crate) struct Anyone;

/// Credentials that a browser sends along without being asked. They may be stale; public endpoints ignore them then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ambient {
    pub(crate) session_token: Option<Secret>,
    pub(crate) intermediate_session_token: Option<Secret>,
}
