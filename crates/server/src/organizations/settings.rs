//! What an organization decides: who gets in, how they prove who they are, what they may do.

use crate::oauth_providers::Provider;
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
    pub(crate) AuthMethods(InvalidAuthMethodSettings) {
        /// In every way there is.
        AllAllowed = "ALL_ALLOWED",
        /// Only in the ways of `allowed_auth_methods`.
        Restricted = "RESTRICTED",
    }

    /// A way to prove a primary factor.
    pub(crate) AuthMethod(InvalidAllowedAuthMethods) {
        /// By the organization's identity provider.
        Sso = "sso",
        /// By a link in a mail.
        MagicLink = "magic_link",
        /// By a code in a mail.
        EmailOtp = "email_otp",
        /// With a password.
        Password = "password",
        /// With a Google account.
        GoogleOauth = "google_oauth",
        /// With a Microsoft account.
        MicrosoftOauth = "microsoft_oauth",
        /// With a Slack account.
        SlackOauth = "slack_oauth",
        /// With a GitHub account.
        GithubOauth = "github_oauth",
        /// With a HubSpot account.
        HubspotOauth = "hubspot_oauth",
        /// With an account at an OpenID Connect provider that the project has set up itself.
        OidcOauth = "oidc_oauth",
    }

    /// Who needs a second factor: members who enrolled, or everyone.
    pub(crate) MfaPolicy(InvalidMfaPolicy) {
        /// Members who have enrolled.
        Optional = "OPTIONAL",
        /// Everyone.
        RequiredForAll = "REQUIRED_FOR_ALL",
    }

    /// Whether members may use every second factor or only those listed.
    pub(crate) MfaMethods(InvalidMfaMethodSettings) {
        /// Every second factor there is.
        AllAllowed = "ALL_ALLOWED",
        /// Only those of `allowed_mfa_methods`.
        Restricted = "RESTRICTED",
    }

    /// A second factor.
    pub(crate) MfaMethod(InvalidAllowedMfaMethods) {
        /// A code by text message.
        SmsOtp = "sms_otp",
        /// A code of an authenticator app.
        Totp = "totp",
    }

    /// Whether members may log in with passkeys.
    pub(crate) PasskeyPolicy(InvalidPasskeyPolicy) {
        /// As a first factor unless `auth_methods` is `RESTRICTED`, and as a second one unless `mfa_methods` is.
        UnlessRestricted = "UNLESS_RESTRICTED",
        /// As either, whatever else is restricted.
        Allowed = "ALLOWED",
        /// Every login needs one: alone unless `auth_methods` is `RESTRICTED`, else as a second factor.
        Required = "REQUIRED",
        /// Nobody may.
        NotAllowed = "NOT_ALLOWED",
    }

    /// Whether something is open to all, to those listed, or to nobody.
    pub(crate) Admission(InvalidAuthFactorSetting) {
        /// Open to all.
        AllAllowed = "ALL_ALLOWED",
        /// Open to those that a list of its own names.
        Restricted = "RESTRICTED",
        /// Open to nobody.
        NotAllowed = "NOT_ALLOWED",
    }

    /// Whether people whose email domain is in `email_allowed_domains` may join by themselves.
    pub(crate) EmailJitProvisioning(InvalidEmailJitSetting) {
        /// They may.
        Restricted = "RESTRICTED",
        /// Nobody may.
        NotAllowed = "NOT_ALLOWED",
    }

    /// Whether people of an OAuth tenant in `allowed_oauth_tenants` may join by themselves.
    pub(crate) OauthTenantJitProvisioning(InvalidOauthTenantJitSetting) {
        /// They may.
        Restricted = "RESTRICTED",
        /// Nobody may.
        NotAllowed = "NOT_ALLOWED",
    }

    /// Which connected apps members may authorize.
    pub(crate) ConnectedAppsAllowedType(InvalidArgument) {
        /// All.
        AllAllowed = "ALL_ALLOWED",
        /// Only those that a list of its own names.
        Restricted = "RESTRICTED",
        /// None.
        NotAllowed = "NOT_ALLOWED",
    }
}

impl AuthMethod {
    /// Those for which this program has a way in. Whoever builds another adds it here.
    pub(crate) const BUILT: &[AuthMethod] = &[
        AuthMethod::Sso,
        AuthMethod::MagicLink,
        AuthMethod::EmailOtp,
        AuthMethod::Password,
        AuthMethod::GoogleOauth,
        AuthMethod::MicrosoftOauth,
        AuthMethod::SlackOauth,
        AuthMethod::GithubOauth,
        AuthMethod::HubspotOauth,
        AuthMethod::OidcOauth,
    ];

    /// Those that prove that the person reads mail at the address.
    pub(crate) const EMAIL_VERIFYING: &[AuthMethod] = &[
        AuthMethod::Sso,
        AuthMethod::MagicLink,
        AuthMethod::EmailOtp,
        AuthMethod::GoogleOauth,
        AuthMethod::MicrosoftOauth,
    ];

    /// That of an account at a provider.
    pub(crate) fn at(provider: &Provider) -> Self {
        match provider {
            Provider::Google => AuthMethod::GoogleOauth,
            Provider::Microsoft => AuthMethod::MicrosoftOauth,
            Provider::Slack => AuthMethod::SlackOauth,
            Provider::Github => AuthMethod::GithubOauth,
            Provider::Hubspot => AuthMethod::HubspotOauth,
            Provider::Oidc(_) => AuthMethod::OidcOauth,
        }
    }
}

/// A role that every member with an address of the domain has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EmailImplicitRoleAssignment {
    /// The domain of the email addresses that the role is for.
    pub domain: EmailDomain,
    /// The role that is given.
    pub role_id: RoleId,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// An SSO connection in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActiveSsoConnection {
    /// The id of the SSO connection.
    pub connection_id: String,
    /// The name of the connection, for people.
    pub display_name: String,
    /// Whose product the provider is, as the connection says.
    pub identity_provider: String,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// The SCIM connection in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActiveScimConnection {
    /// The id of the SCIM connection.
    pub connection_id: String,
    /// The name of the connection, for people.
    pub display_name: String,
    /// The last four characters of the token, to tell one from another.
    pub bearer_token_last_four: String,
    /// When the token ends (RFC 3339); `null` when it does not.
    pub bearer_token_expires_at: Option<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: Unknown,
}

/// The settings of an organization, as the API shows them and as they are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where the organization's logo is. Empty for none.
    pub organization_logo_url: String,
    /// Whether people become members by logging in by any SSO connection, by those listed, or by none.
    pub sso_jit_provisioning: Admission,
    /// The SSO connections by which people may become members, where that is `RESTRICTED`.
    pub sso_jit_provisioning_allowed_connections: Vec<String>,
    /// The SSO connections that people can log in by now.
    pub sso_active_connections: Vec<ActiveSsoConnection>,
    /// The connection that is used where only the organization is named; `null` for none.
    pub sso_default_connection_id: Option<String>,
    /// The SCIM connection in use; `null` for none.
    pub scim_active_connection: Option<ActiveScimConnection>,
    /// Domains whose people may join or be invited, where those settings are `RESTRICTED`.
    pub email_allowed_domains: Vec<EmailDomain>,
    /// Whether people of `email_allowed_domains` may join by themselves.
    pub email_jit_provisioning: EmailJitProvisioning,
    /// Whether anybody may be invited by mail, only people of `email_allowed_domains`, or nobody.
    pub email_invites: Admission,
    /// Whether members may log in in every way, or only by `allowed_auth_methods`.
    pub auth_methods: AuthMethods,
    /// The ways to log in that members may use, while `auth_methods` is `RESTRICTED`.
    pub allowed_auth_methods: Vec<AuthMethod>,
    /// Who is asked for a second factor.
    pub mfa_policy: MfaPolicy,
    /// Whether members may use every second factor, or only `allowed_mfa_methods`.
    pub mfa_methods: MfaMethods,
    /// The second factors that members may use, while `mfa_methods` is `RESTRICTED`.
    pub allowed_mfa_methods: Vec<MfaMethod>,
    /// Whether members may, or have to, log in with a passkey.
    pub passkey_policy: PasskeyPolicy,
    /// Roles that every member with an address of a domain has.
    pub rbac_email_implicit_role_assignments: Vec<EmailImplicitRoleAssignment>,
    /// Whether people of `allowed_oauth_tenants` may join by themselves.
    pub oauth_tenant_jit_provisioning: OauthTenantJitProvisioning,
    /// Tenants of OAuth providers whose people may join: lists of ids under `slack`, `hubspot` and `github`.
    pub allowed_oauth_tenants: BTreeMap<String, Vec<String>>,
    /// Domains whose addresses can be members only of organizations that have claimed them.
    pub claimed_email_domains: Vec<EmailDomain>,
    /// Which apps of the project's own members may authorize.
    pub first_party_connected_apps_allowed_type: ConnectedAppsAllowedType,
    /// The apps of the project's own that members may authorize, while the setting is `RESTRICTED`.
    pub allowed_first_party_connected_apps: Vec<String>,
    /// Which apps of others members may authorize.
    pub third_party_connected_apps_allowed_type: ConnectedAppsAllowedType,
    /// The apps of others that members may authorize, while the setting is `RESTRICTED`.
    pub allowed_third_party_connected_apps: Vec<String>,
    /// Roles that only this organization has, besides those of the project.
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
            passkey_policy: PasskeyPolicy::UnlessRestricted,
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
            "passkey_policy" => Some(json!("REQUIRED")),
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
