//! A connection to an identity provider that speaks SAML 2.0.

mod certificates;
mod changes;
mod endpoints;
mod keys;
mod metadata;
mod operations;
mod view;

pub(crate) use changes::Changes;
pub(super) use endpoints::endpoints;
pub(crate) use operations::{Source, create, remove_certificate, take_metadata, update};
pub(super) use view::SamlConnection;

use super::{AttributeMapping, ConnectionRole, GroupRole};
use database::Timestamp;
use foundation::stored::{Fields, Unknown};
use saml::Legacy;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Its settings, as they are stored. An empty text is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Saml {
    pub(crate) identity_provider: String,
    pub(crate) idp_entity_id: String,
    /// https; http on this machine only.
    pub(crate) idp_sso_url: String,
    /// How requests go there: `redirect`, or `post` where its metadata says that it takes no other.
    pub(crate) idp_sso_binding: String,
    pub(crate) attribute_mapping: AttributeMapping,
    pub(crate) nameid_format: String,
    pub(crate) alternative_audience_uri: String,
    pub(crate) alternative_acs_url: String,
    pub(crate) idp_initiated_auth_disabled: bool,
    pub(crate) allow_gateway_callback: bool,
    pub(crate) connection_roles: Vec<ConnectionRole>,
    pub(crate) group_roles: Vec<GroupRole>,
    /// Those of the identity provider.
    pub(crate) verification_certificates: Vec<StoredCertificate>,
    /// Ours, of the key that signs requests.
    pub(crate) signing_certificates: Vec<StoredCertificate>,
    /// Ours, of the keys that assertions may be encrypted for, with the ids of the keys.
    pub(crate) encryption_certificates: Vec<StoredCertificate>,
    /// Algorithms that are broken or breaking, each by a switch (threat T-17).
    pub(crate) allow_sha1: bool,
    pub(crate) allow_rsa_1_5: bool,
    pub(crate) allow_triple_des: bool,
    /// Seconds by which the clocks may differ.
    pub(crate) clock_skew_seconds: i64,
    /// Nobody logs in by it until a test login has shown that it works.
    pub(crate) awaits_test_login: bool,
}

/// Seconds by which the clocks may differ, unless it is said otherwise.
pub(crate) const USUAL_SKEW: i64 = 120;

/// What requests say when nothing else is said: by redirect.
pub(crate) const REDIRECT: &str = "redirect";
/// By a form that sends itself.
pub(crate) const POST: &str = "post";

impl Default for Saml {
    fn default() -> Self {
        Self {
            identity_provider: String::new(),
            idp_entity_id: String::new(),
            idp_sso_url: String::new(),
            idp_sso_binding: REDIRECT.to_owned(),
            attribute_mapping: AttributeMapping::new(),
            nameid_format: saml::EMAIL_ADDRESS_FORMAT.to_owned(),
            alternative_audience_uri: String::new(),
            alternative_acs_url: String::new(),
            idp_initiated_auth_disabled: false,
            allow_gateway_callback: false,
            connection_roles: Vec::new(),
            group_roles: Vec::new(),
            verification_certificates: Vec::new(),
            signing_certificates: Vec::new(),
            encryption_certificates: Vec::new(),
            allow_sha1: false,
            allow_rsa_1_5: false,
            allow_triple_des: false,
            clock_skew_seconds: USUAL_SKEW,
            awaits_test_login: false,
        }
    }
}

impl Fields for Saml {
    fn strictest(field: &str) -> Option<Value> {
        matches!(field, "idp_initiated_auth_disabled" | "awaits_test_login").then_some(true.into())
    }
}

/// A certificate, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCertificate {
    pub(crate) id: String,
    /// The certificate, as PEM.
    pub(crate) certificate: String,
    pub(crate) issuer: String,
    #[serde(with = "foundation::time")]
    pub(crate) created_at: Timestamp,
    #[serde(with = "foundation::time::optional")]
    pub(crate) expires_at: Option<Timestamp>,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

impl Saml {
    /// What a login needs and is not set.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let needed = [
            (self.idp_entity_id.is_empty(), "idp_entity_id"),
            (self.idp_sso_url.is_empty(), "idp_sso_url"),
            (self.verification_certificates.is_empty(), "x509_certificate"),
            (self.attribute_mapping.is_empty(), "attribute_mapping"),
        ];
        needed.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, name)| name).collect()
    }

    /// What its switches allow.
    pub(crate) fn legacy(&self) -> Legacy {
        Legacy { sha1: self.allow_sha1, rsa_1_5: self.allow_rsa_1_5, triple_des: self.allow_triple_des }
    }
}
