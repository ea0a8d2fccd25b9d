use super::changes::{CHANGES, Changes};
use super::{Oidc, OidcConnection, published};
use crate::actor::Actor;
use crate::organizations::{self, Organization, OrganizationRef};
use crate::sso::connections::identity_provider::{self, IdentityProvider};
use crate::sso::connections::names::{self, DisplayName};
use crate::sso::connections::{Connection, Kind, Secrets, Settings, operations, role_assignments};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::rbac::resource::SSO;
use foundation::stored::Stored;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(in crate::sso::connections) fn endpoints() -> Vec<Endpoint> {
    vec![create::endpoint(), update::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct OidcResponse {
    /// The connection as it is now.
    connection: OidcConnection,
    /// Why the addresses of the provider could not be filled in, where they could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl OidcResponse {
    fn of(cx: &Cx, connection: &Connection, warning: Option<String>) -> Result<Self> {
        match &connection.settings {
            Settings::Oidc(oidc) => Ok(Self { connection: OidcConnection::of(cx, connection, oidc), warning }),
            Settings::Saml(_) | Settings::External(_) => Err(Error::internal("this is no OpenID Connect connection")),
        }
    }
}

/// The organization and its connection to an OpenID Connect provider.
///
/// # Errors
/// `organization_not_found`, `oidc_connection_not_found`.
fn find(tx: &mut Tx, cx: &Cx, organization: &OrganizationRef, id: &str) -> Result<(Organization, Connection)> {
    operations::find_of_kind(tx, cx, organization, id, Kind::Oidc, ApiError::OidcConnectionNotFound)
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    organization_id: OrganizationRef,
    /// The name of the connection, for people: one line, or empty.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// Whose product the provider is; `generic` when absent.
    identity_provider: Option<IdentityProvider>,
}

/// Create a connection to an OpenID Connect provider.
///
/// Nobody logs in by it until an update has said who the provider is.
#[endpoint(
    "sso_oidc.create_connection",
    POST "/v1/b2b/sso/oidc/{organization_id}",
    browser POST "/sdk/v1/b2b/sso/oidc" takes(display_name, identity_provider),
    requires(SSO, "create"),
    errors(OrganizationNotFound, InvalidDisplayName, InvalidSsoIdp, TooManySsoConnections)
)]
fn create(tx: &mut Tx, cx: &Call<Actor>, input: Create) -> Result<OidcResponse> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let display_name = names::display_name(input.display_name.as_deref())?.unwrap_or_default();
    let oidc = Oidc { identity_provider: identity_provider::word(input.identity_provider), ..Oidc::default() };
    let settings = Settings::Oidc(Stored::new(oidc));
    let connection = Connection::new(cx, &organization.organization_id, display_name, settings, Secrets::default());
    operations::create(tx, cx, organization, &connection)?;
    OidcResponse::of(cx, &connection, None)
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
    #[serde(flatten)]
    changes: Changes,
}

/// Update a connection to an OpenID Connect provider.
///
/// What is absent stays as it is, and an empty text takes away what there was. With another issuer the four addresses are asked
/// for there, where the request does not say them; if they cannot be had, the rest is stored all the same, and `warning` says why.
/// The connection becomes active by itself once there is an issuer, a client with its secret, and all four addresses. Sessions that
/// were begun before the issuer changed end.
#[endpoint(
    "sso_oidc.update_connection",
    PUT "/v1/b2b/sso/oidc/{organization_id}/connections/{connection_id}",
    browser PUT "/sdk/v1/b2b/sso/oidc/{connection_id}" takes(
        connection_id, display_name, issuer, client_id, client_secret, authorization_url, token_url, userinfo_url,
        jwks_url, identity_provider, custom_scopes, attribute_mapping
    ),
    requires(SSO, "update"),
    errors(OrganizationNotFound, OidcConnectionNotFound, ..CHANGES)
)]
async fn update(cx: Call<Actor>, input: Update) -> Result<OidcResponse> {
    let input = Arc::new(input);
    let (cx_, asked) = (cx.context(), input.clone());
    let issuer = cx
        .read(move |tx| {
            let (_, before) = find(tx, &cx_, &asked.organization_id, &asked.connection_id)?;
            asked.changes.asks(&cx_, &before)
        })
        .await?;
    let (published, warning) = match (&issuer, input.changes.issuer()) {
        (Some(issuer), _) => published::ask(&cx, issuer).await,
        (None, Some(issuer)) => (None, published::renew(&cx, issuer).await),
        (None, None) => (None, None),
    };
    let cx_ = cx.context();
    cx.write(move |tx| {
        let (organization, before) = find(tx, &cx_, &input.organization_id, &input.connection_id)?;
        let mut connection = before.clone();
        input.changes.apply(&cx_, published.as_ref(), &mut connection)?;
        role_assignments::check(tx, &cx_, &organization, Some(&before), &connection)?;
        operations::save(tx, &cx_, organization, &before, &mut connection)?;
        OidcResponse::of(&cx_, &connection, warning.clone())
    })
    .await
}
