//! What the admin portal of a browser may show.

use crate::actor::Actor;
use database::Tx;
use foundation::error::Result;
use frame::{Call, Endpoint, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![config::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct SsoConfig {
    sso_enabled: bool,
    can_create_saml_connection: bool,
    can_create_oidc_connection: bool,
}

#[derive(Serialize, JsonSchema)]
struct OrganizationConfig {
    mfa_controls_enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct ScimConfig {
    scim_enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct AdminPortalConfig {
    sso_config: SsoConfig,
    organization_config: OrganizationConfig,
    scim_config: ScimConfig,
}

/// Which sections the admin portal shows.
#[endpoint("admin_portal.config", browser GET "/sdk/v1/b2b/admin_portal_config")]
fn config(_tx: &mut Tx, _cx: &Call<Actor>, _input: NoInput) -> Result<AdminPortalConfig> {
    Ok(AdminPortalConfig {
        sso_config: SsoConfig {
            sso_enabled: false,
            can_create_saml_connection: false,
            can_create_oidc_connection: false,
        },
        organization_config: OrganizationConfig { mfa_controls_enabled: true },
        scim_config: ScimConfig { scim_enabled: false },
    })
}
