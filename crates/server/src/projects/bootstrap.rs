//! What the login pages of a project are told before anybody logs in.

use super::{check_origin, policy, read_by_public_token};
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
    /// The public token of the project: it names it, and is no secret.
    public_token: String,
}

#[derive(Serialize, JsonSchema)]
struct CaptchaSettings {
    /// Always `false`: there is no CAPTCHA.
    enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct PasswordConfig {
    /// How many kinds of characters a password needs.
    luds_complexity: i64,
    /// How many characters a password needs.
    luds_minimum_count: i64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct BootstrapResponse {
    /// The name of the project, for people.
    project_name: String,
    /// Always `true`: there is no watermark.
    disable_sdk_watermark: bool,
    /// Always `null`: the page's own configuration says where this server is.
    cname_domain: Option<String>,
    /// The domain of the address that mails come from.
    email_domains: Vec<String>,
    /// Whether the login page has to show a CAPTCHA.
    captcha_settings: CaptchaSettings,
    /// Whether browsers have to send a PKCE challenge to be mailed a link.
    pkce_required_for_email_magic_links: bool,
    /// Whether browsers have to send a PKCE challenge to be mailed a link to set a password.
    pkce_required_for_password_resets: bool,
    /// Whether browsers have to send a PKCE challenge for a login by OAuth.
    pkce_required_for_oauth: bool,
    /// Whether browsers have to send a PKCE challenge for a login by SSO.
    pkce_required_for_sso: bool,
    /// Where each organization's login page is, with a place for its slug; `null` where the project does not say.
    slug_pattern: Option<String>,
    /// Whether people may create organizations of their own.
    create_organization_enabled: bool,
    /// What kinds of characters a password needs; `null` where its strength is estimated instead.
    password_config: Option<PasswordConfig>,
    /// Always `false`: devices are not fingerprinted.
    dfp_protected_auth_enabled: bool,
    /// What there is to be allowed, and what each role allows.
    rbac_policy: Policy,
    /// Always `false`: there are no crypto wallets.
    siwe_required_for_crypto_wallets: bool,
    /// Always `B2B`.
    #[schemars(extend("enum" = ["B2B"]))]
    vertical: &'static str,
}

/// How a project's login pages are to be.
#[endpoint("projects.bootstrap", browser GET "/sdk/v1/projects/bootstrap/{public_token}", errors(PublicTokenNotFound, BadDomainForSdk))]
pub(super) fn bootstrap(tx: &mut Tx, cx: &Call<Anyone>, input: Bootstrap) -> Result<BootstrapResponse> {
    let project = read_by_public_token(&cx.app, tx, &input.public_token)?;
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
        pkce_required_for_oauth: settings.pkce_required_for_oauth,
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
