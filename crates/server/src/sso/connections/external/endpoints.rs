use super::{External, ExternalConnection};
use crate::actor::Actor;
use crate::organizations::{self, OrganizationRef};
use crate::sso::connections::names::{self, DisplayName, set};
use crate::sso::connections::role_assignments::{self, ConnectionRoleAssignment, GroupRoleAssignment};
use crate::sso::connections::{Connection, Kind, Secrets, Settings, operations};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::OrganizationId;
use foundation::rbac::resource::SSO;
use foundation::stored::Stored;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(in crate::sso::connections) fn endpoints() -> Vec<Endpoint> {
    vec![create::endpoint(), update::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct ExternalResponse {
    /// The connection as it is now.
    connection: ExternalConnection,
}

impl ExternalResponse {
    fn of(connection: &Connection) -> Result<Self> {
        match &connection.settings {
            Settings::External(external) => Ok(Self { connection: ExternalConnection::of(connection, external) }),
            Settings::Saml(_) | Settings::Oidc(_) => Err(Error::internal("this is no external connection")),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    organization_id: OrganizationRef,
    /// The name of the connection, for people: one line, or empty.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// The organization that has the connection: another one of the project.
    external_organization_id: OrganizationRef,
    /// The connection of the other organization, which is active and of SAML or OpenID Connect.
    external_connection_id: String,
    /// Roles for everyone who logs in by the connection.
    #[schemars(length(max = role_assignments::MOST))]
    connection_implicit_role_assignments: Option<Vec<ConnectionRoleAssignment>>,
    /// Roles for people of a group at the provider.
    #[schemars(length(max = role_assignments::MOST))]
    group_implicit_role_assignments: Option<Vec<GroupRoleAssignment>>,
}

/// Create a connection that stands for another organization's.
///
/// It is active as long as the other connection is. Only the backend creates one: it reaches into another organization, where no
/// member of this one has anything to say.
#[endpoint(
    "sso_external.create_connection",
    POST "/v1/b2b/sso/external/{organization_id}",
    browser POST "/sdk/v1/b2b/sso/external" takes(display_name, external_organization_id, external_connection_id),
    errors(
        OrganizationNotFound, InvalidDisplayName, InvalidArgument, ExternalOrganizationIsOwn, ExternalConnectionIdNotFound,
        ExternalConnectionNotActive, DuplicateExternalSsoConnection, TooManySsoConnections, InvalidRbacRoleAssignment
    )
)]
fn create(tx: &mut Tx, cx: &Call<Actor>, input: Create) -> Result<ExternalResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    if cx.acting.is_some() {
        let message = "Only the backend lets an organization use the connection of another one.";
        return Err(ApiError::UnauthorizedAction.because(message));
    }
    let display_name = names::display_name(input.display_name.as_deref())?.unwrap_or_default();
    let lender = lender(tx, cx, &organization.organization_id, &input)?;
    let is_same = |connection: &Connection| match &connection.settings {
        Settings::External(known) => known.external_connection_id == lender.connection_id.as_str(),
        Settings::Saml(_) | Settings::Oidc(_) => false,
    };
    if operations::all(tx, cx, &organization)?.iter().any(is_same) {
        return Err(ApiError::DuplicateExternalSsoConnection.into());
    }
    operations::lend(tx, &lender)?;
    let external = External {
        external_organization_id: lender.organization_id.to_string(),
        external_connection_id: lender.connection_id.to_string(),
        identity_provider: lender.identity_provider().to_owned(),
        external_connection_is_active: true,
        external_authority: lender.authority().to_owned(),
        connection_roles: role_assignments::of_all(&[], input.connection_implicit_role_assignments.as_deref())?,
        group_roles: role_assignments::of_groups(&[], input.group_implicit_role_assignments.as_deref())?,
    };
    let settings = Settings::External(Stored::new(external));
    let connection = Connection::new(cx, &organization.organization_id, display_name, settings, Secrets::default());
    role_assignments::check(tx, cx, &organization, None, &connection)?;
    operations::create(tx, cx, organization, &connection)?;
    ExternalResponse::of(&connection)
}

/// The connection of the other organization.
fn lender(tx: &mut Tx, cx: &Cx, own: &OrganizationId, input: &Create) -> Result<Connection> {
    let other = organizations::find(tx, cx.project(), &input.external_organization_id)?;
    if other.organization_id == *own {
        return Err(ApiError::ExternalOrganizationIsOwn.into());
    }
    let lender = operations::find_in_project(tx, cx, &input.external_connection_id)?;
    let lender = lender.filter(|lender| lender.organization_id == other.organization_id);
    match lender.ok_or(ApiError::ExternalConnectionIdNotFound)? {
        lender if matches!(lender.settings, Settings::External(_)) => {
            Err(ApiError::ExternalConnectionIdNotFound.into())
        }
        lender if !lender.is_active() => Err(ApiError::ExternalConnectionNotActive.into()),
        lender => Ok(lender),
    }
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
    /// The name of the connection, for people: one line, or empty.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// Roles for everyone who logs in by the connection. They replace the list that is there.
    #[schemars(length(max = role_assignments::MOST))]
    external_connection_implicit_role_assignments: Option<Vec<ConnectionRoleAssignment>>,
    /// Roles for people of a group at the provider. They replace the list that is there.
    #[schemars(length(max = role_assignments::MOST))]
    external_group_implicit_role_assignments: Option<Vec<GroupRoleAssignment>>,
}

/// Update a connection that stands for another organization's.
///
/// What is absent stays as it is; lists are replaced whole.
#[endpoint(
    "sso_external.update_connection",
    PUT "/v1/b2b/sso/external/{organization_id}/connections/{connection_id}",
    browser PUT "/sdk/v1/b2b/sso/external/{connection_id}" takes(
        connection_id, display_name, external_connection_implicit_role_assignments,
        external_group_implicit_role_assignments
    ),
    requires(SSO, "update"),
    errors(OrganizationNotFound, SsoConnectionNotFound, InvalidDisplayName, InvalidArgument, InvalidRbacRoleAssignment)
)]
fn update(tx: &mut Tx, cx: &Call<Actor>, input: Update) -> Result<ExternalResponse> {
    let (id, absent) = (&input.connection_id, ApiError::SsoConnectionNotFound);
    let (organization, before) = operations::find_of_kind(tx, cx, &input.organization_id, id, Kind::External, absent)?;
    let mut connection = before.clone();
    set(&mut connection.display_name, names::display_name(input.display_name.as_deref())?);
    let Settings::External(external) = &mut connection.settings else {
        return Err(ApiError::SsoConnectionNotFound.into());
    };
    let (of_all, of_groups) =
        (&input.external_connection_implicit_role_assignments, &input.external_group_implicit_role_assignments);
    external.connection_roles = role_assignments::of_all(&external.connection_roles, of_all.as_deref())?;
    external.group_roles = role_assignments::of_groups(&external.group_roles, of_groups.as_deref())?;
    role_assignments::check(tx, cx, &organization, Some(&before), &connection)?;
    operations::save(tx, cx, organization, &before, &mut connection)?;
    ExternalResponse::of(&connection)
}
