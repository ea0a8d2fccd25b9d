use super::changes::{CHANGES, Changes};
use super::{OidcConnection, operations};
use crate::actor::Actor;
use crate::organizations::OrganizationRef;
use crate::sso::connections::identity_provider::{self, IdentityProvider};
use crate::sso::connections::names::{self, DisplayName};
use crate::sso::connections::{Connection, Settings};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::rbac::resource::SSO;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    let display_name = names::display_name(input.display_name.as_deref())?.unwrap_or_default();
    let product = identity_provider::word(input.identity_provider);
    let connection = operations::create(tx, cx, &input.organization_id, display_name, product, false)?;
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
    let Update { organization_id, connection_id, changes } = input;
    let (connection, warning) = operations::update(&cx.context(), organization_id, connection_id, changes).await?;
    OidcResponse::of(&cx, &connection, warning)
}
