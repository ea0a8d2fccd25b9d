//! A connection to an OpenID Connect provider, as the API shows it.

use super::Oidc;
use crate::sso::connections::identity_provider::IdentityProvider;
use crate::sso::connections::role_assignments::{self, ConnectionRoleAssignment, GroupRoleAssignment};
use crate::sso::connections::{AttributeMapping, Connection};
use foundation::cx::Cx;
use foundation::id::OrganizationId;
use schemars::JsonSchema;
use serde::Serialize;

/// A connection to an OpenID Connect provider. What is not set is empty.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OidcConnection {
    /// Whose connection it is.
    organization_id: OrganizationId,
    /// The id of the SSO connection.
    connection_id: String,
    /// `active` once there is an issuer, a client with its secret, and all four addresses; `pending` before.
    #[schemars(extend("enum" = ["pending", "active"]))]
    status: &'static str,
    /// The name of the connection, for people: one line, or empty.
    display_name: String,
    /// Whose product the provider is. It is a name for people; nothing depends on it.
    #[schemars(with = "IdentityProvider")]
    identity_provider: String,
    /// Where the provider sends people back to.
    redirect_url: String,
    /// The provider's issuer identifier. Empty until it is set.
    issuer: String,
    /// By which id the provider knows this connection. Empty until it is set.
    client_id: String,
    /// The secret that goes with `client_id`. Empty until it is set.
    client_secret: String,
    /// Where the provider logs people in. Empty until it is known.
    authorization_url: String,
    /// Where codes are exchanged for tokens. Empty until it is known.
    token_url: String,
    /// Where the provider tells of the person. Empty until it is known.
    userinfo_url: String,
    /// Where the provider publishes its keys. Empty until it is known.
    jwks_url: String,
    /// The scopes that are asked for, separated by spaces. Empty for `openid email profile`.
    custom_scopes: String,
    /// Which claim of the provider each value of a person is taken from.
    attribute_mapping: AttributeMapping,
    /// Roles for everyone who logs in by the connection. An addition of ours.
    oidc_connection_implicit_role_assignments: Vec<ConnectionRoleAssignment>,
    /// Roles for people of a group at the provider. An addition of ours.
    oidc_group_implicit_role_assignments: Vec<GroupRoleAssignment>,
    /// Whether nobody logs in by the connection until a test login on the setup pages has shown that it works. An addition of
    /// ours.
    awaits_test_login: bool,
}

impl OidcConnection {
    /// The connection.
    pub(crate) fn of(cx: &Cx, connection: &Connection, oidc: &Oidc) -> Self {
        let (of_all, of_groups) = role_assignments::shown(connection);
        Self {
            organization_id: connection.organization_id.clone(),
            connection_id: connection.connection_id.to_string(),
            status: connection.status(),
            display_name: connection.display_name.clone(),
            identity_provider: oidc.identity_provider.clone(),
            redirect_url: connection.callback_url(&cx.app),
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: connection.secrets.client_secret.clone(),
            authorization_url: oidc.authorization_url.clone(),
            token_url: oidc.token_url.clone(),
            userinfo_url: oidc.userinfo_url.clone(),
            jwks_url: oidc.jwks_url.clone(),
            custom_scopes: oidc.custom_scopes.clone(),
            attribute_mapping: oidc.attribute_mapping.clone(),
            oidc_connection_implicit_role_assignments: of_all,
            oidc_group_implicit_role_assignments: of_groups,
            awaits_test_login: oidc.awaits_test_login,
        }
    }
}
