//! What only browsers ask for: how the login pages are to be, and what the admin portal may show.

use crate::error::{ApiError, Result};
use crate::http::{Actor, Anyone, Caller as _, Cx, Endpoint, Nothing};
use crate::projects;
use crate::rbac::{self, Policy};
use database::Tx;
use endpoint_macro::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![bootstrap::endpoint(), admin_portal_config::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Bootstrap {
    public_token: String,
}

#[derive(Serialize, JsonSchema)]
struct CaptchaSettings {
    enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct BootstrapResponse {
    project_name: String,
    disable_sdk_watermark: bool,
    /// Always `null`: the page's own configuration says where this server is.
    cname_domain: Option<String>,
    email_domains: Vec<String>,
    captcha_settings: CaptchaSettings,
    pkce_required_for_email_magic_links: bool,
    pkce_required_for_password_resets: bool,
    pkce_required_for_oauth: bool,
    pkce_required_for_sso: bool,
    slug_pattern: Option<String>,
    create_organization_enabled: bool,
    /// `null`: there are no passwords.
    password_config: Option<()>,
    dfp_protected_auth_enabled: bool,
    rbac_policy: Policy,
    siwe_required_for_crypto_wallets: bool,
    vertical: &'static str,
}

/// How a project's login pages are to be.
#[endpoint(browser GET "/sdk/v1/projects/bootstrap/{public_token}", errors(PublicTokenNotFound))]
fn bootstrap(tx: &mut Tx, cx: &Cx<Anyone>, input: Bootstrap) -> Result<BootstrapResponse> {
    let project = projects::by_public_token(&cx.app, tx, &input.public_token, cx.now())?;
    let project = project.ok_or(ApiError::PublicTokenNotFound)?;
    projects::check_origin(&cx.app, tx, &cx.head, &project)?;
    let domain = cx.app.mail_from().rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('>').to_owned());
    Ok(BootstrapResponse {
        project_name: project.name.clone(),
        disable_sdk_watermark: true,
        cname_domain: None,
        email_domains: domain.into_iter().collect(),
        captcha_settings: CaptchaSettings { enabled: false },
        pkce_required_for_email_magic_links: project.settings.pkce_required_for_email_magic_links,
        pkce_required_for_password_resets: false,
        pkce_required_for_oauth: false,
        pkce_required_for_sso: false,
        slug_pattern: project.settings.slug_pattern.clone(),
        create_organization_enabled: project.settings.create_organization_enabled,
        password_config: None,
        dfp_protected_auth_enabled: false,
        rbac_policy: rbac::project_policy(tx, &project.id)?,
        siwe_required_for_crypto_wallets: false,
        vertical: "B2B",
    })
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
#[endpoint(browser GET "/sdk/v1/b2b/admin_portal_config")]
fn admin_portal_config(_tx: &mut Tx, cx: &Cx<Actor>, _input: Nothing) -> Result<AdminPortalConfig> {
    debug_assert!(cx.caller.acting().is_some(), "a browser acts as a member");
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
