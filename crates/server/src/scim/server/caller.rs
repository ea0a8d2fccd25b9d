//! Who asks: a directory, by the token of a connection.

use super::rate;
use crate::organizations::{self, Organization};
use crate::scim::connections::Authenticated;
use crate::scim::connections::Connection;
use crate::scim::connections::operations::authenticate;
use database::Tx;
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Result};
use foundation::id::{OrganizationId, ScimConnectionId};
use frame::{Caller, Dialect, Head, Identified};

/// A directory. What it may see and change is its connection's, in the connection's organization (threat T-60).
pub(super) struct ScimCaller {
    pub(super) directory: Directory,
}

/// A connection and its organization.
#[derive(Clone)]
pub(super) struct Directory {
    pub(super) organization: Organization,
    pub(super) connection: Connection,
}

/// Whose rows are meant: an organization's, and of them those of a connection.
pub(super) type Ids<'a> = (&'a OrganizationId, &'a ScimConnectionId);

impl Directory {
    /// The tenant, and whose its resources are within it.
    pub(super) fn ids(&self) -> Ids<'_> {
        (&self.organization.organization_id, &self.connection.connection_id)
    }

    /// The same in another transaction, which enters the organization. One that is gone meanwhile has no connection either.
    pub(super) fn enter(&self, tx: &mut Tx, cx: &Cx) -> Result<Self> {
        let organization = organizations::find_by_id(tx, cx.project(), &self.organization.organization_id)?
            .ok_or(ApiError::ScimUnauthorized)?;
        if organization.scim_connection(self.connection.connection_id.as_str()).is_none() {
            return Err(ApiError::ScimUnauthorized.into());
        }
        Ok(Self { organization, connection: self.connection.clone() })
    }
}

impl Caller for ScimCaller {
    const NAME: &'static str = "scim_connection";
    const ERRORS: &'static [ApiError] = &[ApiError::ScimUnauthorized];

    fn identify(app: &App, tx: &mut Tx, head: &Head) -> Result<Identified<Self>> {
        let token = head.bearer().ok_or(ApiError::ScimUnauthorized)?;
        let (named, _) = head.path.as_deref().and_then(connection_in).ok_or(ApiError::ScimUnauthorized)?;
        let found = authenticate(tx, app, named, token, head.now)?.ok_or(ApiError::ScimUnauthorized)?;
        let Authenticated { project, organization, connection } = found;
        let uuid = connection.connection_id.uuid();
        rate::admit(app, uuid)?;
        let caller = Self { directory: Directory { organization, connection } };
        Ok(Identified { caller, project, via: Via::Directory(uuid), acting: None, keeps_cookies: false })
    }

    fn security(_dialect: Dialect) -> &'static [&'static [&'static str]] {
        &[&["scimConnection"]]
    }
}

/// The connection whose path this is, and what comes after its base URL.
pub(in crate::scim) fn connection_in(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix("/v1/b2b/scim/")?;
    Some(path.split_at(path.find('/').unwrap_or(path.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t60_the_connection_is_the_one_of_the_path() {
        assert_eq!(
            connection_in("/v1/b2b/scim/scim-connection-test-1/Users/2"),
            Some(("scim-connection-test-1", "/Users/2"))
        );
        assert_eq!(connection_in("/v1/b2b/scim/scim-connection-test-1"), Some(("scim-connection-test-1", "")));
        assert_eq!(connection_in("/v1/b2b/members"), None);
    }
}
