//! What is done with connections from more than one door.

use super::{Connection, ConnectionId, Kind, Settings, project_of, roles, store};
use crate::organizations::{self, ActiveSsoConnection, Admission, Organization, OrganizationRef};
use database::{EVERYTHING, Timestamp, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{OrganizationId, ProjectId};
use foundation::keys::Purpose;
use foundation::rbac::{Policy, RoleId};
use serde::Serialize;

/// Connections that an organization has at most, of all kinds together.
pub(crate) const MOST: usize = 20;
/// External connections that stand for the same one at most: all are told of its changes at once.
const MOST_BORROWERS: usize = 100;

/// What the audit log tells of a connection: everything but its secrets, of which it has the certificates and ids.
#[derive(Serialize)]
struct Recorded<'a> {
    display_name: &'a str,
    status: &'static str,
    #[serde(flatten)]
    settings: &'a Settings,
}

fn recorded(connection: &Connection) -> Recorded<'_> {
    let Connection { display_name, settings, .. } = connection;
    Recorded { display_name, status: connection.status(), settings }
}

/// All of an organization, the oldest first.
pub(crate) fn all(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<Vec<Connection>> {
    let stored = store::all(tx, &cx.project().id, &organization.organization_id)?;
    stored.into_iter().map(|stored| opened(tx, cx, stored)).collect()
}

/// One of an organization.
///
/// # Errors
/// `sso_connection_not_found`.
pub(crate) fn find(tx: &mut Tx, cx: &Cx, organization: &Organization, id: &str) -> Result<Connection> {
    let found = match ConnectionId::parse(id) {
        Some(id) => store::find(tx, &cx.project().id, &organization.organization_id, &id)?,
        None => None,
    };
    opened(tx, cx, found.ok_or(ApiError::SsoConnectionNotFound)?)
}

/// An organization that a request names, and its connection of this kind.
///
/// # Errors
/// `organization_not_found`; `absent` where it has none of that id and kind.
pub(super) fn find_of_kind(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationRef,
    id: &str,
    kind: Kind,
    absent: ApiError,
) -> Result<(Organization, Connection)> {
    let organization = organizations::find_for(tx, cx, organization)?;
    match find(tx, cx, &organization, id) {
        Ok(connection) if connection.settings.kind() == kind => Ok((organization, connection)),
        Ok(_) | Err(Error::Api(ApiError::SsoConnectionNotFound, _)) => Err(absent.into()),
        Err(error) => Err(error),
    }
}

/// One of any organization of the project.
pub(crate) fn find_in_project(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Option<Connection>> {
    let found = match ConnectionId::parse(id) {
        Some(id) => store::find_in_project(tx, &cx.project().id, &id)?,
        None => None,
    };
    found.map(|found| opened(tx, cx, found)).transpose()
}

/// The project that a connection is of, whatever project that is: identity providers say nothing else.
pub(super) fn locate(tx: &mut Tx, id: &str) -> Result<Option<ProjectId>> {
    match ConnectionId::parse(id) {
        Some(id) => tx.visit(EVERYTHING, |tx| store::locate(tx, &id)),
        None => Ok(None),
    }
}

/// One of whatever project, for what it tells everybody who knows its id.
pub(crate) fn find_public(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Option<Connection>> {
    let Some(project) = project_of(&cx.app, tx, id)? else { return Ok(None) };
    find_in_project(tx, &Cx { project, ..cx.clone() }, id)
}

/// A connection by which people can log in, with the certificates of it that end soon.
pub(crate) struct Expiring {
    pub(crate) project_id: ProjectId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) connection_id: ConnectionId,
    pub(crate) display_name: String,
    /// Ids of certificates, and when each ends.
    pub(crate) ends: Vec<(String, Timestamp)>,
}

/// Those of everybody with certificates that end before a time, after this id, and where to go on; looks at so many connections.
pub(crate) fn expiring(
    tx: &mut Tx,
    after: &str,
    at_most: i64,
    until: Timestamp,
) -> Result<(Vec<Expiring>, Option<String>)> {
    let all = tx.visit(EVERYTHING, |tx| store::active_saml(tx, after, at_most))?;
    let last = all.last().filter(|_| all.len() as i64 == at_most).map(|last| last.id.to_string());
    let expiring = all.into_iter().filter_map(|stored| {
        let Settings::Saml(saml) = &stored.settings else { return None };
        let certificates = saml.verification_certificates.iter().chain(&saml.signing_certificates);
        let ends = certificates.filter_map(|one| Some((one.id.clone(), one.expires_at.filter(|end| *end <= until)?)));
        let ends: Vec<_> = ends.collect();
        (!ends.is_empty()).then(|| Expiring {
            project_id: stored.project_id.clone(),
            organization_id: stored.organization_id.clone(),
            connection_id: stored.id.clone(),
            display_name: stored.display_name.clone(),
            ends,
        })
    });
    Ok((expiring.collect(), last))
}

/// Whether a connection is still as it was found.
pub(crate) fn is_unchanged(tx: &mut Tx, connection: &Connection) -> Result<bool> {
    Ok(version(tx, connection)? == Some(connection.version))
}

/// Whether it is still there.
pub(crate) fn exists(tx: &mut Tx, connection: &Connection) -> Result<bool> {
    Ok(version(tx, connection)?.is_some())
}

/// The version that it has now, if it is still there.
fn version(tx: &mut Tx, connection: &Connection) -> Result<Option<i64>> {
    let Connection { project_id, organization_id, connection_id, .. } = connection;
    store::version(tx, project_id, organization_id, connection_id)
}

fn opened(tx: &mut Tx, cx: &Cx, stored: store::Stored) -> Result<Connection> {
    let secrets = cx.app.keys().open_sealed(tx, Purpose::SsoConnection, stored.id.as_str(), &stored.sealed_secrets)?;
    Ok(Connection {
        project_id: stored.project_id,
        organization_id: stored.organization_id,
        connection_id: stored.id,
        version: stored.version,
        display_name: stored.display_name,
        settings: stored.settings,
        secrets: serde_json::from_slice(&secrets).map_err(|error| Error::Internal(Box::new(error)))?,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    })
}

fn sealed(tx: &mut Tx, cx: &Cx, connection: &Connection) -> Result<store::Stored> {
    let secrets = serde_json::to_vec(&connection.secrets).map_err(|error| Error::Internal(Box::new(error)))?;
    let id = connection.connection_id.as_str();
    Ok(store::Stored {
        project_id: connection.project_id.clone(),
        organization_id: connection.organization_id.clone(),
        id: connection.connection_id.clone(),
        version: connection.version,
        is_active: connection.is_active(),
        display_name: connection.display_name.clone(),
        settings: connection.settings.clone(),
        sealed_secrets: cx.app.keys().seal(tx, Purpose::SsoConnection, id, &secrets)?,
        created_at: connection.created_at,
        updated_at: connection.updated_at,
    })
}

/// Whether the organization can have one more.
///
/// # Errors
/// `too_many_sso_connections`.
pub(crate) fn require_room(organization: &Organization) -> Result<()> {
    if organization.sso_connections.len() < MOST { Ok(()) } else { Err(ApiError::TooManySsoConnections.into()) }
}

/// Stores a new connection, and what its organization has to know of it.
///
/// # Errors
/// `too_many_sso_connections`.
pub(crate) fn create(tx: &mut Tx, cx: &Cx, organization: Organization, connection: &Connection) -> Result<()> {
    require_room(&organization)?;
    let stored = sealed(tx, cx, connection)?;
    store::insert(tx, &stored)?;
    tell_organization(tx, cx, organization, None, Some(connection))?;
    record(tx, cx, "sso_connection.create", connection, Change::created(&recorded(connection)))
}

/// Stores a changed connection, and what its organization has to know of it.
pub(crate) fn save(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    before: &Connection,
    connection: &mut Connection,
) -> Result<()> {
    let change = Change::between(&recorded(before), &recorded(connection));
    if change.is_none() && before.secrets.are_same_as(&connection.secrets)? {
        return Ok(());
    }
    connection.updated_at = cx.now();
    let stored = sealed(tx, cx, connection)?;
    if !store::update(tx, &stored)? {
        return Err(Error::Conflict);
    }
    connection.version += 1;
    tell_organization(tx, cx, organization, Some(before), Some(connection))?;
    record(tx, cx, "sso_connection.update", connection, change)?;
    let seen = |connection: &Connection| {
        (connection.is_active(), connection.identity_provider().to_owned(), connection.authority().to_owned())
    };
    if seen(before) == seen(connection) {
        return Ok(());
    }
    tell_borrowers(tx, cx, connection, true)
}

/// Deletes a connection, where whoever acts has what it gives, and others by which people log in do not need it.
///
/// # Errors
/// `unauthorized_action`, `cannot_delete_default_sso_connection`.
pub(crate) fn delete_if_possible(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    connection: &Connection,
) -> Result<()> {
    let (of_all, of_groups) = connection.roles();
    let roles: Vec<RoleId> =
        of_all.iter().map(|role| &role.role_id).chain(of_groups.iter().map(|role| &role.role_id)).cloned().collect();
    cx.require_reach(&roles)?;
    let settings = &organization.settings;
    let is_default = settings.sso_default_connection_id.as_deref() == Some(connection.connection_id.as_str());
    if is_default && settings.sso_active_connections.len() > 1 {
        return Err(ApiError::CannotDeleteDefaultSsoConnection.into());
    }
    delete(tx, cx, organization, connection)
}

/// Deletes a connection: nobody logs in by it any more, and sessions that were begun by it end.
fn delete(tx: &mut Tx, cx: &Cx, organization: Organization, connection: &Connection) -> Result<()> {
    store::delete(tx, &connection.project_id, &connection.organization_id, &connection.connection_id)?;
    tell_organization(tx, cx, organization, Some(connection), None)?;
    record(tx, cx, "sso_connection.delete", connection, Change::deleted(&recorded(connection)))?;
    tell_borrowers(tx, cx, connection, false)
}

/// Takes the roles away that are defined no more: a rule for one that is gone would hold for the next of that name.
pub(crate) fn take_undefined_roles(tx: &mut Tx, cx: &Cx, id: &OrganizationId, policy: &Policy) -> Result<()> {
    // Each change is one of the organization too.
    let find = |tx: &mut Tx| organizations::find_by_id(tx, cx.project(), id);
    let Some(organization) = find(tx)? else { return Ok(()) };
    let known = organization.sso_connections.iter().flat_map(|known| &known.roles);
    if known.into_iter().all(|role| policy.has_role(&role.role_id)) {
        return Ok(());
    }
    for before in all(tx, cx, &organization)? {
        let mut after = before.clone();
        let (of_all, of_groups) = after.roles_mut();
        of_all.retain(|role| policy.has_role(&role.role_id));
        of_groups.retain(|role| policy.has_role(&role.role_id));
        let Some(organization) = find(tx)? else { return Ok(()) };
        save(tx, cx, organization, &before, &mut after)?;
    }
    Ok(())
}

/// Connections of other organizations that stand for this one are active as long as it is. There are [`MOST_BORROWERS`].
fn tell_borrowers(tx: &mut Tx, cx: &Cx, lender: &Connection, is_there: bool) -> Result<()> {
    for stored in store::borrowers(tx, &lender.project_id, &lender.connection_id)? {
        // One that is gone has nobody who logs in.
        let Some(organization) = organizations::find_by_id(tx, cx.project(), &stored.organization_id)? else {
            continue;
        };
        let before = opened(tx, cx, stored)?;
        let mut after = before.clone();
        if let Settings::External(external) = &mut after.settings {
            external.external_connection_is_active = is_there && lender.is_active();
            external.external_authority = if is_there { lender.authority() } else { "" }.to_owned();
            external.identity_provider = lender.identity_provider().to_owned();
        }
        save(tx, cx, organization, &before, &mut after)?;
    }
    Ok(())
}

/// Has other organizations know that the connections of this one are about to be gone.
pub(crate) fn let_go_of_connections(tx: &mut Tx, cx: &Cx, organization: &Organization) -> Result<()> {
    all(tx, cx, organization)?.iter().try_for_each(|connection| tell_borrowers(tx, cx, connection, false))
}

/// Counts on a connection staying as it is until the transaction is over, for one of another organization that is to stand
/// for it.
///
/// # Errors
/// `too_many_sso_connections` when enough of them do already.
pub(super) fn lend(tx: &mut Tx, lender: &Connection) -> Result<()> {
    if !store::hold(tx, &lender.project_id, &lender.organization_id, &lender.connection_id)? {
        return Err(Error::Conflict);
    }
    if store::borrowers(tx, &lender.project_id, &lender.connection_id)?.len() >= MOST_BORROWERS {
        return Err(ApiError::TooManySsoConnections.because(format!(
            "At most {MOST_BORROWERS} organizations can have an external connection to the same connection."
        )));
    }
    Ok(())
}

fn record(tx: &mut Tx, cx: &Cx, action: &str, connection: &Connection, change: Change) -> Result<()> {
    let whose = Whose::Organization(&connection.organization_id);
    audit::record(tx, cx, action, whose, &connection.connection_id, change)
}

/// Writes into the organization what it shows, and knows, of its connections.
fn tell_organization(
    tx: &mut Tx,
    cx: &Cx,
    before: Organization,
    old: Option<&Connection>,
    new: Option<&Connection>,
) -> Result<()> {
    let Some(connection) = new.or(old) else { return Ok(()) };
    let id = connection.connection_id.as_str();
    let mut organization = before.clone();
    let active = new.filter(|new| new.is_active()).map(|new| ActiveSsoConnection {
        connection_id: id.to_owned(),
        display_name: new.display_name.clone(),
        identity_provider: new.identity_provider().to_owned(),
        unknown: Default::default(),
    });
    put(&mut organization.settings.sso_active_connections, active, |known| known.connection_id == id);
    put(&mut organization.sso_connections, new.map(|new| roles::known(cx, &before, old, new)), |known| {
        known.connection_id == id
    });
    let settings = &mut organization.settings;
    if new.is_none() {
        settings.sso_jit_provisioning_allowed_connections.retain(|allowed| allowed != id);
    }
    // By no connection is by none, in the one word that other settings can be changed beside.
    let lets_in_by_some = !settings.sso_jit_provisioning_allowed_connections.is_empty();
    if settings.sso_jit_provisioning == Admission::Restricted && !lets_in_by_some {
        settings.sso_jit_provisioning = Admission::NotAllowed;
    }
    // The first that people can log in by is the one that they do when nobody says which.
    let default = settings.sso_default_connection_id.as_deref();
    if !default.is_some_and(|id| settings.has_active_sso_connection(id)) {
        settings.sso_default_connection_id =
            settings.sso_active_connections.first().map(|known| known.connection_id.clone());
    }
    organizations::save(tx, cx, "organization.update", &before, &mut organization)
}

/// Puts a thing where the one like it is, or at the end; without one, takes that away.
fn put<T>(list: &mut Vec<T>, new: Option<T>, is_it: impl Fn(&T) -> bool) {
    let place = list.iter().position(is_it);
    match (place, new) {
        (Some(place), Some(new)) => list[place] = new,
        (Some(place), None) => drop(list.remove(place)),
        (None, Some(new)) => list.push(new),
        (None, None) => {}
    }
}
