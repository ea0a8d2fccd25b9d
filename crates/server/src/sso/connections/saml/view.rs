//! A SAML connection, as the API shows it.

use super::{Saml, StoredCertificate};
use crate::sso::connections::identity_provider::IdentityProvider;
use crate::sso::connections::role_assignments::{self, ConnectionRoleAssignment, GroupRoleAssignment};
use crate::sso::connections::{AttributeMapping, Connection};
use database::Timestamp;
use foundation::cx::Cx;
use foundation::id::OrganizationId;
use schemars::JsonSchema;
use serde::Serialize;

/// A connection to an identity provider that speaks SAML 2.0. What is not set is empty.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SamlConnection {
    /// Whose connection it is.
    organization_id: OrganizationId,
    /// The id of the SSO connection.
    connection_id: String,
    /// `active` once there is an entity ID, an address for logins, an attribute mapping and a certificate; `pending` before.
    #[schemars(extend("enum" = ["pending", "active"]))]
    status: &'static str,
    /// The name of the connection, for people: one line, or empty.
    display_name: String,
    /// Whose product the provider is. It is a name for people; nothing depends on it.
    #[schemars(with = "IdentityProvider")]
    identity_provider: String,
    /// The entity ID of the provider, as in its metadata. Empty until it is set.
    idp_entity_id: String,
    /// Where people are sent to log in at the provider. Empty until it is set.
    idp_sso_url: String,
    /// Where the identity provider sends its answers.
    acs_url: String,
    /// What the identity provider knows us by.
    audience_uri: String,
    /// Where the provider is told to answer, instead of to `acs_url`; whoever is there hands it on. Empty for none.
    alternative_acs_url: String,
    /// Another audience that the provider's responses may name, for connections that moved here. Empty for none.
    alternative_audience_uri: String,
    /// The form of NameID that the provider is asked for.
    nameid_format: String,
    /// Which attribute of the provider each value of a person is taken from.
    attribute_mapping: AttributeMapping,
    /// Whether only logins that were begun at the app are taken, and none that the provider begins.
    idp_initiated_auth_disabled: bool,
    /// Of the protocol; it is kept, and means nothing.
    allow_gateway_callback: bool,
    /// The certificates of our keys, which sign requests.
    signing_certificates: Vec<X509Certificate>,
    /// The certificates of the identity provider's keys, which sign its answers.
    verification_certificates: Vec<X509Certificate>,
    /// The keys that the provider may encrypt assertions for.
    encryption_private_keys: Vec<EncryptionPrivateKey>,
    /// The same, by the name that browsers know.
    #[serde(skip_serializing_if = "Option::is_none")]
    saml_encryption_private_keys: Option<Vec<EncryptionPrivateKey>>,
    /// The certificates of the keys that the identity provider may encrypt for. An addition of ours.
    encryption_certificates: Vec<X509Certificate>,
    /// Roles for everyone who logs in by the connection.
    saml_connection_implicit_role_assignments: Vec<ConnectionRoleAssignment>,
    /// Roles for people of a group at the provider.
    saml_group_implicit_role_assignments: Vec<GroupRoleAssignment>,
    /// Whether signatures over SHA-1, which is weak, are taken. Off unless set.
    allow_sha1: bool,
    /// Whether keys encrypted by RSA PKCS#1 v1.5, which is weak, are taken. Off unless set.
    allow_rsa_1_5: bool,
    /// Whether assertions encrypted by Triple DES, which is weak, are taken. Off unless set.
    allow_triple_des: bool,
    /// By how many seconds the provider's clock may differ from ours.
    clock_skew_seconds: i64,
    /// Whether nobody logs in by the connection until a test login on the setup pages has shown that it works. An addition of
    /// ours.
    awaits_test_login: bool,
}

/// A certificate.
#[derive(Serialize, JsonSchema)]
struct X509Certificate {
    /// The id of a certificate that the provider signs with.
    certificate_id: String,
    /// The certificate, as PEM.
    certificate: String,
    /// Who has made the certificate out. Empty for a bare key.
    issuer: String,
    /// When it was made (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    created_at: Timestamp,
    /// When the certificate expires (RFC 3339); `null` when it does not say.
    #[serde(with = "foundation::time::optional")]
    #[schemars(with = "Option<String>")]
    expires_at: Option<Timestamp>,
    /// When it last changed (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    updated_at: Timestamp,
}

/// A key of ours, which the identity provider may encrypt for.
#[derive(Clone, Serialize, JsonSchema)]
struct EncryptionPrivateKey {
    /// The id of a key that the provider encrypts for.
    private_key_id: String,
    /// The key as PEM, in the answer to the call that set it, and empty ever after.
    private_key: String,
    /// When it was made (RFC 3339).
    #[serde(with = "foundation::time")]
    #[schemars(with = "String")]
    created_at: Timestamp,
}

impl X509Certificate {
    fn all(stored: &[StoredCertificate]) -> Vec<Self> {
        let shown = |stored: &StoredCertificate| Self {
            certificate_id: stored.id.clone(),
            certificate: stored.certificate.clone(),
            issuer: stored.issuer.clone(),
            created_at: stored.created_at,
            expires_at: stored.expires_at,
            updated_at: stored.created_at,
        };
        stored.iter().map(shown).collect()
    }
}

impl SamlConnection {
    /// The connection; the key with this id is shown, for it was just set.
    pub(crate) fn of(cx: &Cx, connection: &Connection, saml: &Saml, new_key: Option<&str>) -> Self {
        let keys: Vec<_> = saml
            .encryption_certificates
            .iter()
            .map(|stored| EncryptionPrivateKey {
                private_key_id: stored.id.clone(),
                private_key: match connection.secrets.encryption_private_keys.get(&stored.id) {
                    Some(pem) if new_key == Some(&stored.id) => pem.clone(),
                    _ => String::new(),
                },
                created_at: stored.created_at,
            })
            .collect();
        let (of_all, of_groups) = role_assignments::shown(connection);
        let callback_url = connection.callback_url(&cx.app);
        Self {
            organization_id: connection.organization_id.clone(),
            connection_id: connection.connection_id.to_string(),
            status: connection.status(),
            display_name: connection.display_name.clone(),
            identity_provider: saml.identity_provider.clone(),
            idp_entity_id: saml.idp_entity_id.clone(),
            idp_sso_url: saml.idp_sso_url.clone(),
            acs_url: callback_url.clone(),
            audience_uri: callback_url,
            alternative_acs_url: saml.alternative_acs_url.clone(),
            alternative_audience_uri: saml.alternative_audience_uri.clone(),
            nameid_format: saml.nameid_format.clone(),
            attribute_mapping: saml.attribute_mapping.clone(),
            idp_initiated_auth_disabled: saml.idp_initiated_auth_disabled,
            allow_gateway_callback: saml.allow_gateway_callback,
            signing_certificates: X509Certificate::all(&saml.signing_certificates),
            verification_certificates: X509Certificate::all(&saml.verification_certificates),
            saml_encryption_private_keys: cx.is_browser().then(|| keys.clone()),
            encryption_private_keys: keys,
            encryption_certificates: X509Certificate::all(&saml.encryption_certificates),
            saml_connection_implicit_role_assignments: of_all,
            saml_group_implicit_role_assignments: of_groups,
            allow_sha1: saml.allow_sha1,
            allow_rsa_1_5: saml.allow_rsa_1_5,
            allow_triple_des: saml.allow_triple_des,
            clock_skew_seconds: saml.clock_skew_seconds,
            awaits_test_login: saml.awaits_test_login,
        }
    }
}
