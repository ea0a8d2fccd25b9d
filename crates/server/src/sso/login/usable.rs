//! By which connection people log in, and at whose identity provider that is.

use crate::organizations::{self, Organization, OrganizationRef};
use crate::sso::connections::{Connection, Settings, current, operations};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use std::sync::Arc;

/// The organization, the id of its connection, and the connection whose identity provider it is.
pub(super) fn connection_of(
    tx: &mut Tx,
    cx: &Cx,
    connection_id: Option<&str>,
    organization_id: Option<&OrganizationRef>,
) -> Result<(Organization, String, Arc<Connection>)> {
    let (organization, own) = match (connection_id.filter(|id| !id.is_empty()), organization_id) {
        (Some(_), Some(_)) => return Err(ApiError::TooManySsoConnectionLocators.into()),
        (None, None) => return Err(ApiError::MissingSsoConnectionLocator.into()),
        (Some(id), None) => {
            let own = current(tx, cx, id)?.ok_or(ApiError::SsoConnectionNotFound)?;
            let organization = organizations::find_by_id(tx, cx.project(), &own.organization_id)?;
            (organization.ok_or(ApiError::SsoConnectionNotFound)?, own)
        }
        (None, Some(reference)) => {
            let organization = organizations::find(tx, cx.project(), reference)?;
            let own = operations::find(tx, cx, &organization, &default_connection(&organization)?)?;
            (organization, Arc::new(own))
        }
    };
    let (id, missing) = (own.connection_id.as_str().to_owned(), own.missing());
    let connection = behind(tx, cx, &organization, own)?.ok_or_else(|| inactive(&missing))?;
    Ok((organization, id, connection))
}

/// The id of the connection that people of the organization log in by: the one of its own with this id, or the default.
///
/// # Errors
/// `no_sso_connection_exists_for_organization`, `requires_active_sso_connection`.
pub(crate) fn connection_in_use(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    given: Option<&str>,
) -> Result<String> {
    let id = given.map_or_else(|| default_connection(organization), |id| Ok(id.to_owned()))?;
    match usable(tx, cx, organization, &id)? {
        Some(_) => Ok(id),
        None => Err(ApiError::RequiresActiveSsoConnection.into()),
    }
}

/// What is said of a connection that nobody can log in by.
fn inactive(missing: &[&str]) -> Error {
    match missing {
        [] => ApiError::RequiresActiveSsoConnection.into(),
        missing => ApiError::RequiresActiveSsoConnection
            .because(format!("The SSO connection is not active: it lacks {}.", missing.join(", "))),
    }
}

/// The default, or the first: which one is the default is decided when connections change.
fn default_connection(organization: &Organization) -> Result<String> {
    let settings = &organization.settings;
    let default = settings.sso_default_connection_id.clone().filter(|id| settings.has_active_sso_connection(id));
    let first = || settings.sso_active_connections.first().map(|first| first.connection_id.clone());
    default.or_else(first).ok_or(ApiError::NoSsoConnectionExistsForOrganization.into())
}

/// The connection whose identity provider people of the organization log in at by the one of its own with this id, if they can.
pub(super) fn usable(tx: &mut Tx, cx: &Cx, organization: &Organization, id: &str) -> Result<Option<Arc<Connection>>> {
    match current(tx, cx, id)? {
        Some(own) if own.organization_id == organization.organization_id => behind(tx, cx, organization, own),
        _ => Ok(None),
    }
}

/// The same, of a connection of its own.
fn behind(tx: &mut Tx, cx: &Cx, organization: &Organization, own: Arc<Connection>) -> Result<Option<Arc<Connection>>> {
    if !organization.settings.has_active_sso_connection(own.connection_id.as_str()) {
        return Ok(None);
    }
    let connection = match &own.settings {
        Settings::External(external) => current(tx, cx, &external.external_connection_id)?,
        _ => Some(own),
    };
    Ok(connection.filter(|connection| connection.is_active()))
}
