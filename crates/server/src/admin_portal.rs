//! What the admin portal of a browser may show.

use crate::actor::Actor;
use crate::organizations::{self, OrganizationRef};
use crate::sso;
use database::Tx;
use foundation::error::Result;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![config::endpoint()]
}

#[derive(Serialize, JsonSchema)]
struct SsoConfig {
    /// Whether the section is shown.
    sso_enabled: bool,
    /// Whether one more SAML connection can be made.
    can_create_saml_connection: bool,
    /// Whether one more connection to an OpenID Connect provider can be made.
    can_create_oidc_connection: bool,
}

#[derive(Serialize, JsonSchema)]
struct OrganizationConfig {
    /// Whether admins may say who needs a second factor.
    mfa_controls_enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct ScimConfig {
    /// Whether the section is shown.
    scim_enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct AdminPortalConfig {
    /// The section about SSO.
    sso_config: SsoConfig,
    /// The section about the organization itself.
    organization_config: OrganizationConfig,
    /// The section about SCIM.
    scim_config: ScimConfig,
}

#[derive(Deserialize, JsonSchema)]
struct OfOrganization {
    organization_id: OrganizationRef,
}

/// Which sections the admin portal shows.
#[endpoint("admin_portal.config", browser GET "/sdk/v1/b2b/admin_portal_config", errors(OrganizationNotFound))]
fn config(tx: &mut Tx, cx: &Call<Actor>, input: OfOrganization) -> Result<AdminPortalConfig> {
    let organization = organizations::find_for(tx, cx, &input.organization_id)?;
    let has_room = sso::has_room(&organization);
    Ok(AdminPortalConfig {
        sso_config: SsoConfig {
            sso_enabled: true,
            can_create_saml_connection: has_room,
            can_create_oidc_connection: has_room,
        },
        organization_config: OrganizationConfig { mfa_controls_enabled: true },
        scim_config: ScimConfig { scim_enabled: true },
    })
}
