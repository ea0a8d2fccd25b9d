//! What is done with connections from more than one door.

use super::token::{self, TokenRecord};
use super::{Connection, GroupRole, Settings, remembered, store};
use crate::organizations::{self, ActiveScimConnection, KnownScimConnection, Organization, ScimGroupRole};
use crate::recorder;
use database::{EVERYTHING, Timestamp, Tx};
use foundation::app::App;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{OrganizationId, ScimConnectionId, ScimGroupId};
use foundation::project::Project;
use foundation::rbac::Policy;
use foundation::stored::Stored;
use foundation::time;
use serde::Serialize;
use std::sync::Arc;

/// What the audit log tells of a connection: everything but its tokens, which it names by their last four characters.
#[derive(Serialize)]
struct Recorded<'a> {
    display_name: &'a str,
    status: &'static str,
    #[serde(flatten)]
    settings: &'a Stored<Settings>,
    bearer_token_last_four: &'a str,
    #[serde(with = "foundation::time")]
    bearer_token_expires_at: Timestamp,
    next_bearer_token_last_four: Option<&'a str>,
    #[serde(with = "foundation::time::optional")]
    next_bearer_token_expires_at: Option<Timestamp>,
}

fn recorded(connection: &Connection) -> Recorded<'_> {
    let Connection { display_name, settings, bearer_token, next_bearer_token, .. } = connection;
    Recorded {
        display_name,
        status: "active",
        settings,
        bearer_token_last_four: &bearer_token.last_four,
        bearer_token_expires_at: bearer_token.expires_at,
        next_bearer_token_last_four: next_bearer_token.as_ref().map(|next| next.last_four.as_str()),
        next_bearer_token_expires_at: next_bearer_token.as_ref().map(|next| next.expires_at),
    }
}

/// Who sends a request to the SCIM server.
#[derive(Debug, Clone)]
pub(crate) struct Authenticated {
    pub(crate) project: Arc<Project>,
    pub(crate) organization: Organization,
    pub(crate) connection: Connection,
}

/// The connection that this is the token of, with its organization, both of which the transaction enters; `None` where it is
/// none, or no more.
pub(crate) fn authenticate(
    tx: &mut Tx,
    app: &App,
    connection: &str,
    bearer_token: &str,
    now: Timestamp,
) -> Result<Option<Authenticated>> {
    let Some(id) = ScimConnectionId::parse(connection) else { return Ok(None) };
    let Some((token, organization)) = token::read(bearer_token, id.environment()) else { return Ok(None) };
    // Only the row says which project it is.
    let found = tx.visit::<_, Error>(EVERYTHING, |tx| store::find(tx, &organization, &id))?;
    let Some(connection) = found.filter(|known| known.tokens().any(|one| one.is_of(&token, app.keys(), now))) else {
        return Ok(None);
    };
    let project = remembered::project(app, tx, &connection.project_id)?;
    let Some(organization) = organizations::find_by_id(tx, &project, &organization)? else { return Ok(None) };
    Ok(Some(Authenticated { project, organization, connection }))
}

impl Connection {
    /// Those that directories may show.
    fn tokens(&self) -> impl Iterator<Item = &TokenRecord> {
        std::iter::once(&self.bearer_token).chain(&self.next_bearer_token)
    }
}

/// A connection, whosever it is. The transaction enters its project.
pub(in crate::scim) fn find_public(tx: &mut Tx, app: &App, id: &str) -> Result<Option<Connection>> {
    let Some(id) = ScimConnectionId::parse(id) else { return Ok(None) };
    let found = tx.visit::<_, Error>(EVERYTHING, |tx| match store::organization(tx, &id)? {
        Some(organization) => store::find(tx, &organization, &id),
        None => Ok(None),
    })?;
    if let Some(connection) = &found {
        remembered::project(app, tx, &connection.project_id)?;
    }
    Ok(found)
}

/// That of an organization.
///
/// # Errors
/// `no_active_scim_connection`.
pub(crate) fn active(tx: &mut Tx, organization: &Organization) -> Result<Connection> {
    let id = organization.scim_connection.as_ref().and_then(|known| ScimConnectionId::parse(&known.connection_id));
    let found = match id {
        Some(id) => store::find(tx, &organization.organization_id, &id)?,
        None => None,
    };
    found.ok_or(ApiError::NoActiveScimConnection.into())
}

/// That of an organization, which a request names.
///
/// # Errors
/// `scim_connection_not_found`.
pub(in crate::scim) fn find(tx: &mut Tx, organization: &Organization, id: &str) -> Result<Connection> {
    let found = match ScimConnectionId::parse(id) {
        Some(id) => store::find(tx, &organization.organization_id, &id)?,
        None => None,
    };
    found.ok_or(ApiError::ScimConnectionNotFound.into())
}

/// Creates the connection of an organization; with its token, which is nowhere afterwards.
///
/// # Errors
/// `active_scim_connection_exists`.
pub(crate) fn create(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    display_name: String,
    settings: Settings,
) -> Result<(Connection, String)> {
    if organization.scim_connection.is_some() {
        return Err(ApiError::ActiveScimConnectionExists.into());
    }
    let (bearer_token, text) = TokenRecord::generate(cx, &organization.organization_id)?;
    let connection = Connection {
        project_id: cx.project().id.clone(),
        organization_id: organization.organization_id.clone(),
        connection_id: ScimConnectionId::new(cx.project().environment),
        version: 0,
        display_name,
        settings: Stored::new(settings),
        bearer_token,
        next_bearer_token: None,
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    store::insert(tx, &connection)?;
    tell_organization(tx, cx, organization, Some(&connection))?;
    record(tx, cx, "scim_connection.create", &connection, Change::created(&recorded(&connection)))?;
    Ok((connection, text))
}

/// Stores a changed connection, and what its organization has to know of it.
pub(super) fn save(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    organization: Organization,
    before: &Connection,
    connection: &mut Connection,
) -> Result<()> {
    let change = Change::between(&recorded(before), &recorded(connection));
    if change.is_none() {
        return Ok(());
    }
    connection.updated_at = cx.now();
    if !store::update(tx, connection)? {
        return Err(Error::Conflict);
    }
    connection.version += 1;
    tell_organization(tx, cx, organization, Some(connection))?;
    record(tx, cx, action, connection, change)
}

/// Deletes a connection: its tokens are good no more, and its groups give no roles. Members stay. Whoever acts needs whatever the
/// groups' roles allow.
pub(crate) fn delete(tx: &mut Tx, cx: &Cx, organization: Organization, connection: &Connection) -> Result<()> {
    cx.require_reach(&connection.roles())?;
    if !store::delete(tx, connection, cx.now())? {
        return Err(Error::Conflict);
    }
    recorder::forget(tx, &connection.organization_id, connection.connection_id.as_str())?;
    tell_organization(tx, cx, organization, None)?;
    record(tx, cx, "scim_connection.delete", connection, Change::deleted(&recorded(connection)))
}

/// Begins to replace the token: the connection with the next one, which is nowhere afterwards. Both are good until that is
/// completed or cancelled; begun again, the newest counts. Whoever has the token can put anybody into any group, so whoever acts
/// needs whatever the groups' roles allow.
pub(crate) fn rotate(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    before: &Connection,
) -> Result<(Connection, String)> {
    cx.require_reach(&before.roles())?;
    let mut connection = before.clone();
    let (next, text) = TokenRecord::generate(cx, &connection.organization_id)?;
    connection.next_bearer_token = Some(next);
    save(tx, cx, "scim_connection.rotate_start", organization, before, &mut connection)?;
    Ok((connection, text))
}

/// Replaces the token, or keeps it.
///
/// # Errors
/// `scim_connection_not_rotating_token`.
pub(crate) fn complete_rotation(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    before: &Connection,
    replaces: bool,
) -> Result<Connection> {
    let action = if replaces { "scim_connection.rotate_complete" } else { "scim_connection.rotate_cancel" };
    let mut connection = before.clone();
    end_rotation(&mut connection, replaces)?;
    save(tx, cx, action, organization, before, &mut connection)?;
    Ok(connection)
}

fn end_rotation(connection: &mut Connection, replaces: bool) -> Result<()> {
    let next = connection.next_bearer_token.take().ok_or(ApiError::ScimConnectionNotRotatingToken)?;
    if replaces {
        connection.bearer_token = next;
    }
    Ok(())
}

/// Takes the roles away that are defined no more: a rule for one that is gone would hold for the next of that name.
pub(crate) fn take_undefined_roles(tx: &mut Tx, cx: &Cx, id: &OrganizationId, policy: &Policy) -> Result<()> {
    let Some(organization) = organizations::find_by_id(tx, cx.project(), id)? else { return Ok(()) };
    retain_roles(tx, cx, organization, |role| policy.has_role(&role.role_id))
}

/// Has a group that is gone give no roles.
pub(crate) fn forget_group(tx: &mut Tx, cx: &Cx, organization: &OrganizationId, group: &ScimGroupId) -> Result<()> {
    let Some(organization) = organizations::find_by_id(tx, cx.project(), organization)? else { return Ok(()) };
    retain_roles(tx, cx, organization, |role| role.group_id != group.as_str())
}

fn retain_roles(tx: &mut Tx, cx: &Cx, organization: Organization, keeps: impl FnMut(&GroupRole) -> bool) -> Result<()> {
    if organization.scim_connection.as_ref().is_none_or(|known| known.roles.is_empty()) {
        return Ok(());
    }
    let before = active(tx, &organization)?;
    let mut after = before.clone();
    after.settings.group_roles.retain(keeps);
    save(tx, cx, "scim_connection.update", organization, &before, &mut after)
}

fn record(tx: &mut Tx, cx: &Cx, action: &str, connection: &Connection, change: Change) -> Result<()> {
    let whose = Whose::Organization(&connection.organization_id);
    audit::record(tx, cx, action, whose, &connection.connection_id, change)
}

/// Writes into the organization what it shows, and knows, of its connection.
fn tell_organization(tx: &mut Tx, cx: &Cx, before: Organization, now: Option<&Connection>) -> Result<()> {
    let mut organization = before.clone();
    let shown = before.settings.scim_active_connection.as_ref();
    organization.settings.scim_active_connection = now.map(|now| ActiveScimConnection {
        connection_id: now.connection_id.to_string(),
        display_name: now.display_name.clone(),
        bearer_token_last_four: now.bearer_token.last_four.clone(),
        bearer_token_expires_at: Some(time::to_text(now.bearer_token.expires_at)),
        unknown: shown.map(|shown| shown.unknown.clone()).unwrap_or_default(),
    });
    organization.scim_connection = now.map(|now| KnownScimConnection {
        connection_id: now.connection_id.to_string(),
        roles: now.settings.group_roles.iter().map(known_role).collect(),
        unknown: before.scim_connection.as_ref().map(|known| known.unknown.clone()).unwrap_or_default(),
    });
    organizations::save(tx, cx, "organization.update", &before, &mut organization)
}

fn known_role(role: &GroupRole) -> ScimGroupRole {
    let GroupRole { role_id, group_id, .. } = role;
    ScimGroupRole { role_id: role_id.clone(), group_id: group_id.clone(), unknown: Default::default() }
}
