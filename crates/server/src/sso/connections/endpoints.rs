use super::external::ExternalConnection;
use super::oidc::OidcConnection;
use super::saml::SamlConnection;
use super::{Settings, operations};
use crate::actor::Actor;
use crate::organizations::{self, OrganizationRef};
use database::Tx;
use foundation::error::Result;
use foundation::rbac::resource::SSO;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![get::endpoint(), delete::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct OfOrganization {
    organization_id: OrganizationRef,
}

#[derive(Serialize, JsonSchema)]
struct Connections {
    /// The SAML connections.
    saml_connections: Vec<SamlConnection>,
    /// The connections to OpenID Connect providers.
    oidc_connections: Vec<OidcConnection>,
    /// The connections that stand for another organization's.
    external_connections: Vec<ExternalConnection>,
}

/// Get the SSO connections of an organization.
///
/// The oldest first.
#[endpoint(
    "sso.get_connections",
    GET "/v1/b2b/sso/{organization_id}",
    browser GET "/sdk/v1/b2b/sso",
    requires(SSO, "get"),
    errors(OrganizationNotFound)
)]
fn get(tx: &mut Tx, cx: &Call<Actor>, input: OfOrganization) -> Result<Connections> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let mut found =
        Connections { saml_connections: Vec::new(), oidc_connections: Vec::new(), external_connections: Vec::new() };
    for connection in operations::all(tx, cx, &organization)? {
        match &connection.settings {
            Settings::Saml(saml) => found.saml_connections.push(SamlConnection::of(cx, &connection, saml, None)),
            Settings::Oidc(oidc) => found.oidc_connections.push(OidcConnection::of(cx, &connection, oidc)),
            Settings::External(external) => {
                found.external_connections.push(ExternalConnection::of(&connection, external));
            }
        }
    }
    Ok(found)
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
}

#[derive(Serialize, JsonSchema)]
struct Deleted {
    /// The connection that is gone.
    connection_id: String,
}

/// Delete an SSO connection.
///
/// Nobody logs in by it any more, also not by external connections of other organizations that stand for it, and sessions that
/// were begun by it end. The default connection goes last of the active ones.
#[endpoint(
    "sso.delete_connection",
    DELETE "/v1/b2b/sso/{organization_id}/connections/{connection_id}",
    browser DELETE "/sdk/v1/b2b/sso/{connection_id}",
    requires(SSO, "delete"),
    errors(OrganizationNotFound, SsoConnectionNotFound, CannotDeleteDefaultSsoConnection)
)]
fn delete(tx: &mut Tx, cx: &Call<Actor>, input: ById) -> Result<Deleted> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let connection = operations::find(tx, cx, &organization, &input.connection_id)?;
    operations::delete_if_possible(tx, cx, organization, &connection)?;
    Ok(Deleted { connection_id: connection.connection_id.to_string() })
}
