//! The settings that requests give: what they may be, each by itself and together.

use super::*;
use foundation::cx::Cx;
use foundation::email_domain::{AnySpelling, DomainError, EmailDomain};
use foundation::error::{ApiError, Result};
use foundation::rbac;
use foundation::rbac::resource::ORGANIZATION;
use foundation::text;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

const MAX_DOMAINS: usize = 100;
const MAX_LIST: usize = 200;

text! {
    /// The URL of a logo.
    LogoUrl: Bytes { length: 0..=2048 };
    /// The id of a connected app.
    AppId: Bytes { length: 0..=128 };
    /// The id of a tenant at an OAuth provider.
    TenantId: Bytes { length: 1..=128 };
}

/// What can be wrong with an organization's name, slug, external id, metadata and settings.
pub(super) const SETTINGS_ERRORS: &[ApiError] = &[
    ApiError::InvalidOrganizationName,
    ApiError::InvalidOrganizationSlug,
    ApiError::OrganizationSlugAlreadyUsed,
    ApiError::InvalidOrganizationExternalId,
    ApiError::OrganizationExternalIdAlreadyUsed,
    ApiError::OrganizationLogoUrlTooLong,
    ApiError::InvalidUrl,
    ApiError::AllowedAuthMethodsRequired,
    ApiError::AllowedMfaMethodsRequired,
    ApiError::InvalidAuthMethodSettings,
    ApiError::InvalidAllowedAuthMethods,
    ApiError::InvalidMfaPolicy,
    ApiError::InvalidMfaMethodSettings,
    ApiError::InvalidAllowedMfaMethods,
    ApiError::InvalidPasskeyPolicy,
    ApiError::InvalidAuthFactorSetting,
    ApiError::InvalidEmailJitSetting,
    ApiError::InvalidOauthTenantJitSetting,
    ApiError::InvalidRestrictedEmailSetting,
    ApiError::InvalidRestrictedSsoSetting,
    ApiError::InvalidRestrictedOauthTenantsSetting,
    ApiError::InvalidOauthAllowedTenantsFormat,
    ApiError::InvalidSsoDefaultConnectionId,
    ApiError::SsoConnectionNotFound,
    ApiError::DomainTooCommon,
    ApiError::DisposableDomain,
    ApiError::InvalidDomain,
    ApiError::DuplicateDomain,
    ApiError::ClaimedDomainTooCommon,
    ApiError::InvalidClaimedDomain,
    ApiError::DuplicateClaimedDomain,
    ApiError::TooManyDomains,
    ApiError::RbacDomainTooCommon,
    ApiError::RbacInvalidDomain,
    ApiError::InvalidRbacRoleAssignment,
    ApiError::InvalidArgument,
    ApiError::MetadataInvalidFormat,
    ApiError::MetadataTooLarge,
    ApiError::MetadataTooManyKeys,
];

/// The settings that create and update take. What is absent stays as it is; a list replaces the whole list.
#[derive(Debug, Default, Clone, Deserialize, schemars::JsonSchema)]
pub(crate) struct SettingsInput {
    /// Where the organization's logo is (http or https); empty for none.
    #[schemars(with = "Option<LogoUrl>")]
    organization_logo_url: Option<String>,
    /// The connection that is used where only the organization is named; one of the active ones.
    sso_default_connection_id: Option<String>,
    /// Whether people become members by logging in by any SSO connection, by those listed, or by none.
    sso_jit_provisioning: Option<Admission>,
    /// The SSO connections by which people may become members, where that is `RESTRICTED`.
    sso_jit_provisioning_allowed_connections: Option<Vec<String>>,
    /// Domains whose people may join or be invited, where those settings are `RESTRICTED`.
    #[schemars(with = "Option<Vec<AnySpelling>>", length(max = MAX_DOMAINS), extend("uniqueItems" = true))]
    email_allowed_domains: Option<Vec<String>>,
    /// Whether people of `email_allowed_domains` may join by themselves.
    email_jit_provisioning: Option<EmailJitProvisioning>,
    /// Whether anybody may be invited by mail, only people of `email_allowed_domains`, or nobody.
    email_invites: Option<Admission>,
    /// Whether members may log in in every way, or only by `allowed_auth_methods`.
    auth_methods: Option<AuthMethods>,
    /// The ways to log in that members may use, while `auth_methods` is `RESTRICTED`.
    allowed_auth_methods: Option<Vec<AuthMethod>>,
    /// Who is asked for a second factor.
    mfa_policy: Option<MfaPolicy>,
    /// Roles that every member with an address of a domain has.
    #[schemars(length(max = MAX_LIST))]
    rbac_email_implicit_role_assignments: Option<Vec<RoleAssignmentInput>>,
    /// Whether members may use every second factor, or only `allowed_mfa_methods`.
    mfa_methods: Option<MfaMethods>,
    /// The second factors that members may use, while `mfa_methods` is `RESTRICTED`.
    allowed_mfa_methods: Option<Vec<MfaMethod>>,
    /// Whether members may, or have to, log in with a passkey.
    passkey_policy: Option<PasskeyPolicy>,
    /// Whether people of `allowed_oauth_tenants` may join by themselves.
    oauth_tenant_jit_provisioning: Option<OauthTenantJitProvisioning>,
    /// Tenants of OAuth providers whose people may join: lists of ids under `slack`, `hubspot` and `github`.
    #[serde(default)]
    #[schemars(schema_with = "oauth_tenants_schema")]
    allowed_oauth_tenants: Option<serde_json::Value>,
    /// Domains whose addresses can be members only of organizations that have claimed them.
    #[schemars(with = "Option<Vec<AnySpelling>>", length(max = MAX_DOMAINS), extend("uniqueItems" = true))]
    claimed_email_domains: Option<Vec<String>>,
    /// Which apps of the project's own members may authorize.
    first_party_connected_apps_allowed_type: Option<ConnectedAppsAllowedType>,
    /// The apps of the project's own that members may authorize, while the setting is `RESTRICTED`.
    #[schemars(with = "Option<Vec<AppId>>", length(max = MAX_LIST))]
    allowed_first_party_connected_apps: Option<Vec<String>>,
    /// Which apps of others members may authorize.
    third_party_connected_apps_allowed_type: Option<ConnectedAppsAllowedType>,
    /// The apps of others that members may authorize, while the setting is `RESTRICTED`.
    #[schemars(with = "Option<Vec<AppId>>", length(max = MAX_LIST))]
    allowed_third_party_connected_apps: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
struct RoleAssignmentInput {
    /// The domain of the email addresses that the role is for.
    #[schemars(with = "AnySpelling")]
    domain: String,
    /// The role that is given.
    role_id: String,
}

impl SettingsInput {
    /// Whether any setting of the "who may join" family is given; then a new organization takes no invitations
    /// unless it says so.
    pub(crate) fn decides_admission(&self) -> bool {
        self.sso_jit_provisioning.is_some()
            || self.email_allowed_domains.is_some()
            || self.email_jit_provisioning.is_some()
            || self.auth_methods.is_some()
            || self.allowed_auth_methods.is_some()
            || self.mfa_policy.is_some()
            || self.mfa_methods.is_some()
            || self.allowed_mfa_methods.is_some()
            || self.passkey_policy.is_some()
            || self.oauth_tenant_jit_provisioning.is_some()
    }

    /// Whoever creates an organization by discovery cannot claim a domain for it; only the backend can.
    pub(crate) fn without_claimed_domains(self) -> Self {
        Self { claimed_email_domains: None, ..self }
    }

    pub(crate) fn gives_invites(&self) -> bool {
        self.email_invites.is_some()
    }

    /// A member needs a permission for each setting they change. Domains are claimed by the backend only: whoever
    /// makes an organization of their own administers it, and could shut others out of theirs.
    pub(crate) fn require(&self, cx: &Cx) -> Result<()> {
        if self.claimed_email_domains.is_some() && cx.acting.is_some() {
            return Err(ApiError::UnauthorizedAction.because("Only the backend can claim email domains."));
        }
        let gates = [
            (self.organization_logo_url.is_some(), "update.info.logo-url"),
            (self.sso_default_connection_id.is_some(), "update.settings.default-sso-connection"),
            (self.sso_jit_provisioning.is_some(), "update.settings.sso-jit-provisioning"),
            (self.sso_jit_provisioning_allowed_connections.is_some(), "update.settings.sso-jit-provisioning"),
            (self.email_allowed_domains.is_some(), "update.settings.allowed-domains"),
            (self.email_jit_provisioning.is_some(), "update.settings.email-jit-provisioning"),
            (self.email_invites.is_some(), "update.settings.email-invites"),
            (self.auth_methods.is_some(), "update.settings.allowed-auth-methods"),
            (self.allowed_auth_methods.is_some(), "update.settings.allowed-auth-methods"),
            (self.mfa_policy.is_some(), "update.settings.mfa-policy"),
            (self.rbac_email_implicit_role_assignments.is_some(), "update.settings.implicit-roles"),
            (self.mfa_methods.is_some(), "update.settings.allowed-mfa-methods"),
            (self.allowed_mfa_methods.is_some(), "update.settings.allowed-mfa-methods"),
            // It is about first and second factors, and may be a rule that nobody has met yet.
            (self.passkey_policy.is_some(), "update.settings.allowed-auth-methods"),
            (self.passkey_policy.is_some(), "update.settings.allowed-mfa-methods"),
            (self.passkey_policy.is_some(), "update.settings.mfa-policy"),
            (self.oauth_tenant_jit_provisioning.is_some(), "update.settings.oauth-tenant-jit-provisioning"),
            (self.allowed_oauth_tenants.is_some(), "update.settings.allowed-oauth-tenants"),
            // These have no action of their own in the protocol: only a role with all of them may change them.
            (self.first_party_connected_apps_allowed_type.is_some(), "*"),
            (self.allowed_first_party_connected_apps.is_some(), "*"),
            (self.third_party_connected_apps_allowed_type.is_some(), "*"),
            (self.allowed_third_party_connected_apps.is_some(), "*"),
        ];
        gates.into_iter().filter(|(given, _)| *given).try_for_each(|(_, action)| cx.require(ORGANIZATION, action))
    }

    /// The settings after this change, checked each by itself and together.
    pub(crate) fn apply(self, current: &Stored<Settings>, policy: &rbac::Policy) -> Result<Stored<Settings>> {
        let mut s = current.clone();
        if let Some(url) = self.organization_logo_url {
            s.organization_logo_url = logo_url(url)?;
        }
        if let Some(id) = self.sso_default_connection_id {
            s.sso_default_connection_id = default_connection(id, current)?;
        }
        if let Some(list) = self.sso_jit_provisioning_allowed_connections {
            s.sso_jit_provisioning_allowed_connections = known_connections(list, current)?;
        }
        if let Some(domains) = self.email_allowed_domains {
            s.email_allowed_domains = allowed_domains(domains)?;
        }
        if let Some(domains) = self.claimed_email_domains {
            s.claimed_email_domains = claimed_domains(domains)?;
        }
        if let Some(assignments) = self.rbac_email_implicit_role_assignments {
            s.rbac_email_implicit_role_assignments = role_assignments(assignments, policy)?;
        }
        if let Some(tenants) = self.allowed_oauth_tenants {
            s.allowed_oauth_tenants = oauth_tenants(tenants)?;
        }
        set(&mut s.sso_jit_provisioning, self.sso_jit_provisioning);
        set(&mut s.email_jit_provisioning, self.email_jit_provisioning);
        set(&mut s.email_invites, self.email_invites);
        set(&mut s.auth_methods, self.auth_methods);
        set(&mut s.allowed_auth_methods, self.allowed_auth_methods.map(without_repeats));
        set(&mut s.mfa_policy, self.mfa_policy);
        set(&mut s.mfa_methods, self.mfa_methods);
        set(&mut s.allowed_mfa_methods, self.allowed_mfa_methods.map(without_repeats));
        set(&mut s.passkey_policy, self.passkey_policy);
        set(&mut s.oauth_tenant_jit_provisioning, self.oauth_tenant_jit_provisioning);
        set(&mut s.first_party_connected_apps_allowed_type, self.first_party_connected_apps_allowed_type);
        set(&mut s.allowed_first_party_connected_apps, bounded(self.allowed_first_party_connected_apps)?);
        set(&mut s.third_party_connected_apps_allowed_type, self.third_party_connected_apps_allowed_type);
        set(&mut s.allowed_third_party_connected_apps, bounded(self.allowed_third_party_connected_apps)?);
        check_together(&s)?;
        Ok(s)
    }
}

fn set<T>(field: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *field = value;
    }
}

/// The rules that span several settings.
fn check_together(s: &Settings) -> Result<()> {
    use Admission::{NotAllowed, Restricted};
    let error = if s.auth_methods == AuthMethods::Restricted && s.allowed_auth_methods.is_empty() {
        ApiError::AllowedAuthMethodsRequired
    } else if s.mfa_methods == MfaMethods::Restricted && s.allowed_mfa_methods.is_empty() {
        ApiError::AllowedMfaMethodsRequired
    } else if s.email_allowed_domains.is_empty()
        && (s.email_invites == Restricted || s.email_jit_provisioning == EmailJitProvisioning::Restricted)
    {
        ApiError::InvalidRestrictedEmailSetting
    } else if s.sso_jit_provisioning == Restricted && s.sso_jit_provisioning_allowed_connections.is_empty() {
        ApiError::InvalidRestrictedSsoSetting
    } else if s.oauth_tenant_jit_provisioning == OauthTenantJitProvisioning::Restricted
        && s.allowed_oauth_tenants.values().all(Vec::is_empty)
    {
        ApiError::InvalidRestrictedOauthTenantsSetting
    } else if s.sso_jit_provisioning == NotAllowed
        && s.email_invites == NotAllowed
        && s.email_jit_provisioning == EmailJitProvisioning::NotAllowed
    {
        ApiError::InvalidAuthFactorSetting
    } else {
        return Ok(());
    };
    Err(error.into())
}

fn logo_url(url: String) -> Result<String> {
    if !LogoUrl::fits(&url) {
        return Err(ApiError::OrganizationLogoUrlTooLong.into());
    }
    let web = url::Url::parse(&url).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
    if url.is_empty() || web { Ok(url) } else { Err(ApiError::InvalidUrl.into()) }
}

fn default_connection(id: String, current: &Settings) -> Result<Option<String>> {
    if current.has_active_sso_connection(&id) {
        Ok(Some(id))
    } else {
        Err(ApiError::InvalidSsoDefaultConnectionId.into())
    }
}

fn known_connections(list: Vec<String>, current: &Settings) -> Result<Vec<String>> {
    if list.iter().all(|id| current.has_active_sso_connection(id)) {
        Ok(without_repeats(list))
    } else {
        Err(ApiError::SsoConnectionNotFound.into())
    }
}

fn allowed_domains(list: Vec<String>) -> Result<Vec<EmailDomain>> {
    let domains = domains(list, ApiError::InvalidDomain, ApiError::DuplicateDomain)?;
    // Some domains are both; what they are for is the better answer.
    if domains.iter().any(EmailDomain::is_disposable) {
        return Err(ApiError::DisposableDomain.into());
    }
    if domains.iter().any(EmailDomain::is_common) {
        return Err(ApiError::DomainTooCommon.into());
    }
    Ok(domains)
}

fn claimed_domains(list: Vec<String>) -> Result<Vec<EmailDomain>> {
    let domains = domains(list, ApiError::InvalidClaimedDomain, ApiError::DuplicateClaimedDomain)?;
    match domains.iter().any(|domain| domain.is_common() || domain.is_disposable()) {
        true => Err(ApiError::ClaimedDomainTooCommon.into()),
        false => Ok(domains),
    }
}

fn domains(list: Vec<String>, invalid: ApiError, duplicate: ApiError) -> Result<Vec<EmailDomain>> {
    if list.len() > MAX_DOMAINS {
        return Err(ApiError::TooManyDomains.into());
    }
    let mut domains: Vec<EmailDomain> = Vec::new();
    for text in list {
        let domain = EmailDomain::parse(&text).map_err(|_: DomainError| invalid)?;
        if domains.contains(&domain) {
            return Err(duplicate.into());
        }
        domains.push(domain);
    }
    Ok(domains)
}

fn role_assignments(list: Vec<RoleAssignmentInput>, policy: &rbac::Policy) -> Result<Vec<EmailImplicitRoleAssignment>> {
    if list.len() > MAX_LIST {
        return Err(ApiError::InvalidArgument.because("rbac_email_implicit_role_assignments is too long."));
    }
    let assignment = |given: RoleAssignmentInput| {
        let domain = EmailDomain::parse(&given.domain).map_err(|_: DomainError| ApiError::RbacInvalidDomain)?;
        if domain.is_common() || domain.is_disposable() {
            return Err(ApiError::RbacDomainTooCommon.into());
        }
        if !policy.has_role(&given.role_id) {
            return Err(ApiError::InvalidRbacRoleAssignment.into());
        }
        Ok(EmailImplicitRoleAssignment { domain, role_id: given.role_id, unknown: Default::default() })
    };
    list.into_iter().map(assignment).collect()
}

fn oauth_tenants_schema(_: &mut SchemaGenerator) -> Schema {
    let ids = |provider: &str| {
        let words = format!("The ids of tenants at {provider}.");
        json_schema!({ "type": "array", "maxItems": MAX_LIST, "items": TenantId::FORM.schema(), "description": words })
    };
    let providers: serde_json::Map<_, _> =
        TenantProvider::ALL.iter().map(|p| (p.as_str().to_owned(), ids(p.as_str()).to_value())).collect();
    json_schema!({ "type": ["object", "null"], "properties": providers, "additionalProperties": false })
}

fn oauth_tenants(given: serde_json::Value) -> Result<BTreeMap<String, Vec<String>>> {
    let error = || ApiError::InvalidOauthAllowedTenantsFormat;
    let tenants: BTreeMap<String, Vec<String>> = serde_json::from_value(given).map_err(|_| error())?;
    let known = |name: &String| TenantProvider::ALL.iter().any(|provider| provider.as_str() == name);
    let fits = |ids: &Vec<String>| ids.len() <= MAX_LIST && ids.iter().all(|id| TenantId::fits(id));
    match tenants.keys().all(known) && tenants.values().all(fits) {
        true => Ok(tenants.into_iter().map(|(provider, ids)| (provider, without_repeats(ids))).collect()),
        false => Err(error().into()),
    }
}

fn bounded(list: Option<Vec<String>>) -> Result<Option<Vec<String>>> {
    let fits = |list: &Vec<String>| list.len() <= MAX_LIST && list.iter().all(|id| AppId::fits(id));
    match list {
        Some(list) if !fits(&list) => Err(ApiError::InvalidArgument.because("A list of connected apps is too long.")),
        other => Ok(other.map(without_repeats)),
    }
}

fn without_repeats<T: Clone + Eq + std::hash::Hash>(list: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    list.into_iter().filter(|item| seen.insert(item.clone())).collect()
}
