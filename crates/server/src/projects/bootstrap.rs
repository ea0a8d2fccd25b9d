//! What the login pages of a project are told before anybody logs in.

use super::{by_public_token, check_origin, policy};
use crate::actor::Anyone;
use database::Tx;
use foundation::error::{ApiError, Result};
use foundation::project::PasswordPolicy;
use foundation::rbac::Policy;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Bootstrap {
    public_token: String,
}

#[derive(Serialize, JsonSchema)]
struct CaptchaSettings {
    enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct PasswordConfig {
    /// Kinds of characters.
    luds_complexity: i64,
    /// Characters.
    luds_minimum_count: i64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct BootstrapResponse {
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
    /// With the policy LUDS, what it asks for.
    password_config: Option<PasswordConfig>,
    dfp_protected_auth_enabled: bool,
    rbac_policy: Policy,
    siwe_required_for_crypto_wallets: bool,
    vertical: &'static str,
}

/// How a project's login pages are to be.
#[endpoint("projects.bootstrap", browser GET "/sdk/v1/projects/bootstrap/{public_token}", errors(PublicTokenNotFound, BadDomainForSdk))]
pub(super) fn bootstrap(tx: &mut Tx, cx: &Call<Anyone>, input: Bootstrap) -> Result<BootstrapResponse> {
    let project = by_public_token(&cx.app, tx, &input.public_token)?;
    let project = project.ok_or(ApiError::PublicTokenNotFound)?;
    check_origin(&cx.app, tx, &cx.head, &project)?;
    let domain = cx.app.config().mail_from.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('>').to_owned());
    let settings = &project.settings;
    Ok(BootstrapResponse {
        project_name: project.name.clone(),
        disable_sdk_watermark: true,
        cname_domain: None,
        email_domains: domain.into_iter().collect(),
        captcha_settings: CaptchaSettings { enabled: false },
        pkce_required_for_email_magic_links: project.settings.pkce_required_for_email_magic_links,
        pkce_required_for_password_resets: settings.pkce_required_for_password_resets,
        pkce_required_for_oauth: false,
        pkce_required_for_sso: settings.pkce_required_for_sso,
        slug_pattern: project.settings.slug_pattern.clone(),
        create_organization_enabled: project.settings.create_organization_enabled,
        password_config: (settings.password_policy == PasswordPolicy::Luds).then_some(PasswordConfig {
            luds_complexity: settings.luds_min_password_complexity,
            luds_minimum_count: settings.luds_min_password_length,
        }),
        dfp_protected_auth_enabled: false,
        rbac_policy: policy(tx, &project)?,
        siwe_required_for_crypto_wallets: false,
        vertical: "B2B",
    })
}
