use super::groups::get_groups;
use super::identity_provider::{self, IdentityProvider};
use super::role_assignments::{self, GivenAssignment};
use super::shown::{ScimConnection, WithNextToken, WithToken};
use super::{Connection, Settings, operations};
use crate::actor::Actor;
use crate::display_name::{DisplayName, display_name};
use crate::organizations::{self, OrganizationRef};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::rbac::resource::SCIM;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(in crate::scim) fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        get::endpoint(),
        update::endpoint(),
        delete::endpoint(),
        get_groups::endpoint(),
        rotate_start::endpoint(),
        rotate_complete::endpoint(),
        rotate_cancel::endpoint(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct ConnectionResponse {
    /// The connection, as it is now.
    connection: ScimConnection,
}

impl ConnectionResponse {
    fn of(tx: &mut Tx, cx: &Cx, connection: &Connection) -> Result<Self> {
        Ok(Self { connection: ScimConnection::of(tx, cx, connection)? })
    }
}

/// What a directory may do beyond the usual.
#[derive(Deserialize, JsonSchema)]
struct Powers {
    /// Whether the directory takes over members who were there before, whatever their domain; not said, only those of the
    /// organization's domains. Only a backend can say it, not on behalf of a member.
    adopts_existing_members: Option<bool>,
    /// Whether the directory may deprovision the last administrator; not said, it may not. Only a backend can say it, not on behalf of
    /// a member.
    may_remove_last_administrator: Option<bool>,
}

impl Powers {
    /// Puts it into the settings. Whoever manages a connection may do as much as their roles, and these go beyond any: a directory that
    /// takes over an administrator has their address (threats T-61, T-70).
    fn give(&self, cx: &Cx, settings: &mut Settings) -> Result<()> {
        let given = [self.adopts_existing_members, self.may_remove_last_administrator];
        if given.contains(&Some(true)) && cx.acting.is_some() {
            return Err(ApiError::UnauthorizedAction
                .because("Only the backend can let a directory take over members, or remove the last administrator."));
        }
        let Settings { adopts_existing_members, may_remove_last_administrator, .. } = settings;
        for (setting, given) in [adopts_existing_members, may_remove_last_administrator].into_iter().zip(given) {
            *setting = given.unwrap_or(*setting);
        }
        Ok(())
    }
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    organization_id: OrganizationRef,
    /// What people are to call the connection. Empty when absent.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// The product that the directory is: `generic` when absent.
    identity_provider: Option<IdentityProvider>,
    #[serde(flatten)]
    powers: Powers,
}

#[derive(Serialize, JsonSchema)]
struct Created {
    /// The connection, with its token.
    connection: WithToken,
}

/// Create the SCIM connection of an organization.
///
/// It is active at once. The directory needs its `base_url` and the `bearer_token`, which is shown this once, and is good for five
/// years. An organization has one connection at a time.
#[endpoint(
    "scim_connection.create",
    POST "/v1/b2b/scim/{organization_id}/connection",
    POST "/v1/b2b/scim/{organization_id}/connections",
    browser POST "/sdk/v1/b2b/scim" takes(display_name, identity_provider),
    requires(SCIM, "create"),
    errors(OrganizationNotFound, InvalidDisplayName, InvalidScimIdp, ActiveScimConnectionExists, InvalidArgument)
)]
fn create(tx: &mut Tx, cx: &Call<Actor>, input: Create) -> Result<Created> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let display_name = display_name(input.display_name.as_deref())?.unwrap_or_default();
    let identity_provider = identity_provider::word(input.identity_provider);
    let mut settings = Settings { identity_provider, ..Settings::default() };
    input.powers.give(cx, &mut settings)?;
    let (connection, bearer_token) = operations::create(tx, cx, organization, display_name, settings)?;
    Ok(Created { connection: WithToken { connection: ScimConnection::of(tx, cx, &connection)?, bearer_token } })
}

#[derive(Deserialize, JsonSchema)]
struct OfOrganization {
    organization_id: OrganizationRef,
}

/// Get the SCIM connection of an organization.
#[endpoint(
    "scim_connection.get",
    GET "/v1/b2b/scim/{organization_id}/connection",
    GET "/v1/b2b/scim/{organization_id}/connections",
    browser GET "/sdk/v1/b2b/scim",
    requires(SCIM, "get"),
    errors(OrganizationNotFound, NoActiveScimConnection)
)]
fn get(tx: &mut Tx, cx: &Call<Actor>, input: OfOrganization) -> Result<ConnectionResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let connection = operations::active(tx, &organization)?;
    ConnectionResponse::of(tx, cx, &connection)
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    /// The id of the SCIM connection.
    connection_id: String,
    /// What people are to call the connection.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// The product that the directory is.
    identity_provider: Option<IdentityProvider>,
    #[serde(flatten)]
    powers: Powers,
    /// The roles that groups of the directory give. They replace all there are.
    #[schemars(length(max = role_assignments::MOST))]
    scim_group_implicit_role_assignments: Option<Vec<GivenAssignment>>,
}

/// Update a SCIM connection.
///
/// What is absent stays as it is. Roles that groups give are in effect at once, for members who are in the group and for those who
/// will be. A member who changes them needs `update.settings.implicit-roles` on `stytch.organization`, and whatever the roles
/// allow.
#[endpoint(
    "scim_connection.update",
    PUT "/v1/b2b/scim/{organization_id}/connection/{connection_id}",
    PUT "/v1/b2b/scim/{organization_id}/connections/{connection_id}",
    browser PUT "/sdk/v1/b2b/scim/{connection_id}" takes(
        connection_id, display_name, identity_provider, scim_group_implicit_role_assignments
    ),
    requires(SCIM, "update"),
    errors(
        OrganizationNotFound, ScimConnectionNotFound, InvalidDisplayName, InvalidScimIdp, ScimGroupRoleWithoutGroup,
        ScimGroupRoleOfUnknownGroup, InvalidRbacRoleAssignment, InvalidArgument
    )
)]
fn update(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<ConnectionResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let before = operations::find(tx, &organization, &input.connection_id)?;
    let mut connection = before.clone();
    if let Some(name) = display_name(input.display_name.as_deref())? {
        connection.display_name = name;
    }
    if let Some(product) = input.identity_provider {
        product.as_str().clone_into(&mut connection.settings.identity_provider);
    }
    input.powers.give(cx, &mut connection.settings)?;
    if let Some(given) = &input.scim_group_implicit_role_assignments {
        connection.settings.group_roles = role_assignments::read(tx, &before, given)?;
    }
    role_assignments::check(tx, cx, &organization, &before, &connection)?;
    operations::save(tx, cx, "scim_connection.update", organization, &before, &mut connection)?;
    ConnectionResponse::of(tx, cx, &connection)
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The id of the SCIM connection.
    connection_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Deleted {
    /// The connection that is gone.
    connection_id: String,
}

/// Delete a SCIM connection.
///
/// Its tokens are good no more, and the roles are gone that its groups gave. The members whom the directory has sent stay.
#[endpoint(
    "scim_connection.delete",
    DELETE "/v1/b2b/scim/{organization_id}/connection/{connection_id}",
    DELETE "/v1/b2b/scim/{organization_id}/connections/{connection_id}",
    browser DELETE "/sdk/v1/b2b/scim/{connection_id}",
    requires(SCIM, "delete"),
    errors(OrganizationNotFound, ScimConnectionNotFound)
)]
fn delete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<Deleted> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let connection = operations::find(tx, &organization, &input.connection_id)?;
    operations::delete(tx, cx, organization, &connection)?;
    Ok(Deleted { connection_id: connection.connection_id.to_string() })
}

#[derive(Serialize, JsonSchema)]
struct Rotating {
    /// The connection, with the token that will be its own.
    connection: WithNextToken,
}

/// Start replacing the token of a SCIM connection.
///
/// The `next_bearer_token` is shown this once. Both are good until the rotation is completed or cancelled. Started again, there is
/// another next one. Whoever has the token can put anybody into any group, so a member needs whatever the groups' roles allow.
#[endpoint(
    "scim_connection.rotate_start",
    POST "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/start",
    POST "/v1/b2b/scim/{organization_id}/connections/{connection_id}/rotate/start",
    browser POST "/sdk/v1/b2b/scim/rotate/start" takes(connection_id),
    requires(SCIM, "update"),
    errors(OrganizationNotFound, ScimConnectionNotFound)
)]
fn rotate_start(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<Rotating> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let before = operations::find(tx, &organization, &input.connection_id)?;
    let (connection, next_bearer_token) = operations::rotate(tx, cx, organization, &before)?;
    Ok(Rotating {
        connection: WithNextToken { connection: ScimConnection::of(tx, cx, &connection)?, next_bearer_token },
    })
}

/// Complete replacing the token of a SCIM connection.
///
/// From now on only the next one is good.
#[endpoint(
    "scim_connection.rotate_complete",
    POST "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/complete",
    POST "/v1/b2b/scim/{organization_id}/connections/{connection_id}/rotate/complete",
    browser POST "/sdk/v1/b2b/scim/rotate/complete" takes(connection_id),
    requires(SCIM, "update"),
    errors(OrganizationNotFound, ScimConnectionNotFound, ScimConnectionNotRotatingToken)
)]
fn rotate_complete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<ConnectionResponse> {
    end_rotation(tx, cx, &input, true)
}

/// Cancel replacing the token of a SCIM connection.
///
/// The next one is good no more; the token stays.
#[endpoint(
    "scim_connection.rotate_cancel",
    POST "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/cancel",
    POST "/v1/b2b/scim/{organization_id}/connections/{connection_id}/rotate/cancel",
    browser POST "/sdk/v1/b2b/scim/rotate/cancel" takes(connection_id),
    requires(SCIM, "update"),
    errors(OrganizationNotFound, ScimConnectionNotFound, ScimConnectionNotRotatingToken)
)]
fn rotate_cancel(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<ConnectionResponse> {
    end_rotation(tx, cx, &input, false)
}

fn end_rotation(tx: &mut Tx, cx: &Cx, input: &ById, replaces: bool) -> Result<ConnectionResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let before = operations::find(tx, &organization, &input.connection_id)?;
    let connection = operations::complete_rotation(tx, cx, organization, &before, replaces)?;
    ConnectionResponse::of(tx, cx, &connection)
}
