//! What an organization decides: who gets in, how they prove who they are, what they may do.

use foundation::email_domain::EmailDomain;
use foundation::rbac::{Policy, Role, RoleId};
use foundation::stored::{Fields, Unknown};
use foundation::wire_enum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

wire_enum! {
    /// Whether members may log in in every way or only in those listed.
    pub(crate) AuthMethods(InvalidAuthMethodSettings) { AllAllowed = "ALL_ALLOWED", Restricted = "RESTRICTED" }

    /// A way to prove a primary factor.
    pub(crate) AuthMethod(InvalidAllowedAuthMethods) {
        Sso = "sso",
        MagicLink = "magic_link",
        EmailOtp = "email_otp",
        Password = "password",
        GoogleOauth = "google_oauth",
        MicrosoftOauth = "microsoft_oauth",
        SlackOauth = "slack_oauth",
        GithubOauth = "github_oauth",
        HubspotOauth = "hubspot_oauth",
    }

    /// Who needs a second factor: members who enrolled, or everyone.
    pub(crate) MfaPolicy(InvalidMfaPolicy) { Optional = "OPTIONAL", RequiredForAll = "REQUIRED_FOR_ALL" }

    /// Whether members may use every second factor or only those listed.
    pub(crate) MfaMethods(InvalidMfaMethodSettings) { AllAllowed = "ALL_ALLOWED", Restricted = "RESTRICTED" }

    /// A second factor.
    pub(crate) MfaMethod(InvalidAllowedMfaMethods) { SmsOtp = "sms_otp", Totp = "totp" }

    /// Whether something is open to all, to those listed, or to nobody.
    pub(crate) Admission(InvalidAuthFactorSetting) {
        AllAllowed = "ALL_ALLOWED",
        Restricted = "RESTRICTED",
        NotAllowed = "NOT_ALLOWED",
    }

    /// Whether people whose email domain is in `email_allowed_domains` may join by themselves.
    pub(crate) EmailJitProvisioning(InvalidEmailJitSetting) { Restricted = "RESTRICTED", NotAllowed = "NOT_ALLOWED" }

    /// Whether people of an OAuth tenant in `allowed_oauth_tenants` may join by themselves.
    pub(crate) OauthTenantJitProvisioning(InvalidOauthTenantJitSetting) { Restricted = "RESTRICTED", NotAllowed = "NOT_ALLOWED" }

    /// Which connected apps members may authorize.
    pub(crate) ConnectedAppsAllowedType(InvalidArgument) {
        AllAllowed = "ALL_ALLOWED",
        Restricted = "RESTRICTED",
        NotAllowed = "NOT_ALLOWED",
    }
}

impl AuthMethod {
    /// Those for which this program has a way in. Whoever builds another adds it here.
    pub(crate) const BUILT: &[AuthMethod] =
        &[AuthMethod::Sso, AuthMethod::MagicLink, AuthMethod::EmailOtp, AuthMethod::Password];

    /// Those that prove that the person reads mail at the address.
    pub(crate) const EMAIL_VERIFYING: &[AuthMethod] = &[
        AuthMethod::Sso,
        AuthMethod::MagicLink,
        AuthMethod::EmailOtp,
        AuthMethod::GoogleOauth,
        AuthMethod::MicrosoftOauth,
    ];
}

/// A role that every member with an address of the domain has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EmailImplicitRoleAssignment {
    pub domain: EmailDomain,
    pub role_id: RoleId,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// An SSO connection in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActiveSsoConnection {
    pub connection_id: String,
    pub display_name: String,
    pub identity_provider: String,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// The SCIM connection in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActiveScimConnection {
    pub connection_id: String,
    pub display_name: String,
    pub bearer_token_last_four: String,
    pub bearer_token_expires_at: Option<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// The settings of an organization, as the API shows them and as they are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub organization_logo_url: String,
    pub sso_jit_provisioning: Admission,
    pub sso_jit_provisioning_allowed_connections: Vec<String>,
    pub sso_active_connections: Vec<ActiveSsoConnection>,
    pub sso_default_connection_id: Option<String>,
    pub scim_active_connection: Option<ActiveScimConnection>,
    pub email_allowed_domains: Vec<EmailDomain>,
    pub email_jit_provisioning: EmailJitProvisioning,
    pub email_invites: Admission,
    pub auth_methods: AuthMethods,
    pub allowed_auth_methods: Vec<AuthMethod>,
    pub mfa_policy: MfaPolicy,
    pub mfa_methods: MfaMethods,
    pub allowed_mfa_methods: Vec<MfaMethod>,
    pub rbac_email_implicit_role_assignments: Vec<EmailImplicitRoleAssignment>,
    pub oauth_tenant_jit_provisioning: OauthTenantJitProvisioning,
    pub allowed_oauth_tenants: BTreeMap<String, Vec<String>>,
    pub claimed_email_domains: Vec<EmailDomain>,
    pub first_party_connected_apps_allowed_type: ConnectedAppsAllowedType,
    pub allowed_first_party_connected_apps: Vec<String>,
    pub third_party_connected_apps_allowed_type: ConnectedAppsAllowedType,
    pub allowed_third_party_connected_apps: Vec<String>,
    pub custom_roles: Vec<Role>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            organization_logo_url: String::new(),
            sso_jit_provisioning: Admission::AllAllowed,
            sso_jit_provisioning_allowed_connections: Vec::new(),
            sso_active_connections: Vec::new(),
            sso_default_connection_id: None,
            scim_active_connection: None,
            email_allowed_domains: Vec::new(),
            email_jit_provisioning: EmailJitProvisioning::NotAllowed,
            email_invites: Admission::AllAllowed,
            auth_methods: AuthMethods::AllAllowed,
            allowed_auth_methods: Vec::new(),
            mfa_policy: MfaPolicy::Optional,
            mfa_methods: MfaMethods::AllAllowed,
            allowed_mfa_methods: Vec::new(),
            rbac_email_implicit_role_assignments: Vec::new(),
            oauth_tenant_jit_provisioning: OauthTenantJitProvisioning::NotAllowed,
            allowed_oauth_tenants: BTreeMap::new(),
            claimed_email_domains: Vec::new(),
            first_party_connected_apps_allowed_type: ConnectedAppsAllowedType::AllAllowed,
            allowed_first_party_connected_apps: Vec::new(),
            third_party_connected_apps_allowed_type: ConnectedAppsAllowedType::AllAllowed,
            allowed_third_party_connected_apps: Vec::new(),
            custom_roles: Vec::new(),
        }
    }
}

impl Fields for Settings {
    /// Whoever lets in nobody, or asks for more than was meant, can be asked to let in more. The other way round nobody
    /// would notice.
    fn strictest(field: &str) -> Option<Value> {
        match field {
            "auth_methods" | "mfa_methods" => Some(json!("RESTRICTED")),
            "mfa_policy" => Some(json!("REQUIRED_FOR_ALL")),
            "sso_jit_provisioning"
            | "email_jit_provisioning"
            | "email_invites"
            | "oauth_tenant_jit_provisioning"
            | "first_party_connected_apps_allowed_type"
            | "third_party_connected_apps_allowed_type" => Some(json!("NOT_ALLOWED")),
            _ => None,
        }
    }
}

impl Settings {
    /// Whether people can log in by this SSO connection of the organization.
    pub(crate) fn has_active_sso_connection(&self, id: &str) -> bool {
        self.sso_active_connections.iter().any(|active| active.connection_id == id)
    }

    /// The roles that one of the two gives by a rule which the other has not.
    pub(crate) fn roles_ruled_otherwise(&self, before: &Settings) -> Vec<RoleId> {
        let (new, old) = (&self.rbac_email_implicit_role_assignments, &before.rbac_email_implicit_role_assignments);
        let (given, taken) =
            (new.iter().filter(|rule| !old.contains(rule)), old.iter().filter(|rule| !new.contains(rule)));
        given.chain(taken).map(|rule| rule.role_id.clone()).collect()
    }

    /// A rule for a role that is gone would hold for the next of that name.
    pub(crate) fn drop_rules_for_undefined_roles(&mut self, policy: &Policy) {
        self.rbac_email_implicit_role_assignments.retain(|rule| policy.has_role(&rule.role_id));
    }

    /// Whether people of this email domain may join by themselves once the address is proven.
    pub(crate) fn lets_domain_join(&self, domain: &EmailDomain) -> bool {
        self.email_jit_provisioning == EmailJitProvisioning::Restricted && self.email_allowed_domains.contains(domain)
    }

    /// Whether an address of this domain may be invited.
    pub(crate) fn lets_domain_be_invited(&self, domain: &EmailDomain) -> bool {
        match self.email_invites {
            Admission::AllAllowed => true,
            Admission::Restricted => self.email_allowed_domains.contains(domain),
            Admission::NotAllowed => false,
        }
    }

    /// The primary methods that members may use.
    pub(crate) fn usable_auth_methods(&self) -> &[AuthMethod] {
        match self.auth_methods {
            AuthMethods::AllAllowed => AuthMethod::ALL,
            AuthMethods::Restricted => &self.allowed_auth_methods,
        }
    }
}
