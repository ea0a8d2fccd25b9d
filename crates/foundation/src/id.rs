//! Identifiers: one Rust type per kind of thing, `<prefix>-<test|live>-<uuid>` on the wire.

use crate::random;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whether a project is for trying things out or for real users; it stands in every identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Test,
    Live,
}

impl Environment {
    /// The word in identifiers.
    pub fn as_str(self) -> &'static str {
        match self {
            Environment::Test => "test",
            Environment::Live => "live",
        }
    }
}

impl std::str::FromStr for Environment {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "test" => Ok(Environment::Test),
            "live" => Ok(Environment::Live),
            _ => Err("an environment is test or live".into()),
        }
    }
}

impl database::FromValue for Environment {
    fn from_value(value: database::Value) -> Option<Self> {
        String::from_value(value)?.parse().ok()
    }
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident = $prefix:literal;)*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new one. The first half of the UUID is its time, so that rows made together lie together.
            pub fn new(environment: Environment) -> Self {
                Self::from_uuid(environment, random::uuid_v7())
            }
            pub fn from_uuid(environment: Environment, uuid: Uuid) -> Self {
                Self(format!(concat!($prefix, "-{}-{}"), environment.as_str(), uuid))
            }
            /// The environment that stands in it.
            pub fn environment(&self) -> Environment {
                match self.0.starts_with(concat!($prefix, "-live-")) {
                    true => Environment::Live,
                    false => Environment::Test,
                }
            }
            /// Reads an identifier of this kind; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                let rest = text.strip_prefix(concat!($prefix, "-"))?;
                let (environment, uuid) = rest.split_once('-')?;
                environment.parse::<Environment>().ok()?;
                (uuid.len() == 36 && Uuid::parse_str(uuid).is_ok()).then(|| Self(text.to_ascii_lowercase()))
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
            /// The UUID, which is what tokens carry to name their tenant.
            pub fn uuid(&self) -> Uuid {
                self.0.get(self.0.len().saturating_sub(36)..).and_then(|u| Uuid::parse_str(u).ok()).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&$name> for database::Value {
            fn from(id: &$name) -> Self {
                id.0.as_str().into()
            }
        }
        impl database::FromValue for $name {
            fn from_value(value: database::Value) -> Option<Self> {
                String::from_value(value).map(Self)
            }
        }
    )* };
}

ids! {
    /// The id of a project: one environment of one app.
    ProjectId = "project";
    /// One of the secrets of a project (the id, not the secret).
    SecretId = "secret-id";
    /// The id of an organization: a tenant of the project.
    OrganizationId = "organization";
    /// The id of a member: one person's account in one organization.
    MemberId = "member";
    /// The id of an email address of a member.
    EmailId = "email";
    /// A password; another with each that is set.
    MemberPasswordId = "member-password";
    /// The id of a session.
    SessionId = "member-session";
    /// The id of an authenticator app of a member.
    TotpRegistrationId = "totp";
    /// A phone number of a member.
    PhoneNumberId = "phone-number";
    /// A recovery code that was used.
    RecoveryCodeId = "totp-recovery-code";
    /// A connection to an identity provider that speaks SAML.
    SamlConnectionId = "saml-connection";
    /// A connection to an OpenID Connect provider.
    OidcConnectionId = "oidc-connection";
    /// A connection that is another organization's.
    ExternalConnectionId = "external-connection";
    /// A certificate of an identity provider.
    VerificationKeyId = "saml-verification-key";
    /// A certificate of ours, which identity providers know our requests by.
    SamlSigningKeyId = "saml-signing-key";
    /// A key of ours, which identity providers encrypt for.
    EncryptionKeyId = "saml-encryption-key";
    /// What makes a person whom a SAML identity provider knows a member.
    SamlRegistrationId = "saml-member-registration";
    /// What makes a person whom an OpenID Connect provider knows a member.
    OidcRegistrationId = "oidc-member-registration";
    /// What makes a person whom an OAuth provider knows a member.
    OauthRegistrationId = "oauth-registration";
    /// The address of a project that OAuth providers send browsers back to.
    OauthCallbackId = "oauth-callback";
    /// An exchange with an identity provider, as it was recorded.
    SsoExchangeId = "sso-exchange";
    /// The id of a connection of a directory by SCIM.
    ScimConnectionId = "scim-connection";
    /// The id of a group of a directory.
    ScimGroupId = "scim-group";
    /// The id of what makes a person of a directory a member.
    ScimRegistrationId = "scim-registration";
    /// The id of a key that signs session JWTs; the `kid` of RFC 7517.
    SigningKeyId = "jwk";
    /// The id of an entry of the audit log.
    AuditEventId = "audit-event";
    /// One message that waits to be delivered.
    OutboxId = "outbox-message";
}
