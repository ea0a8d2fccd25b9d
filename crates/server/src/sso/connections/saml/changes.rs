//! What a request changes of a SAML connection.

use super::keys::{self, OwnKey, PrivateKeyPem};
use super::{REDIRECT, Saml, certificates};
use crate::sso::connections::identity_provider::IdentityProvider;
use crate::sso::connections::names::{self, Address, DisplayName, Identifier, set};
use crate::sso::connections::role_assignments::{self, ConnectionRoleAssignment, GroupRoleAssignment};
use crate::sso::connections::{Connection, Settings, addresses, attribute_mapping};
use ::oidc::endpoint::BadUrl;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::secret::Secret;
use foundation::text;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Seconds by which clocks may be said to differ.
const SKEW: RangeInclusive<i64> = 0..=saml::MAX_SKEW;

text! {
    /// A certificate in PEM.
    CertificatePem: Bytes { length: 0..=32768 };
    /// The name of a form of NameIDs.
    NameIdFormat: Line { length: 0..=256 };
}

/// The fields that an update takes. What is absent stays as it is; an empty text takes away what there was.
#[derive(Default, Deserialize, JsonSchema)]
pub(crate) struct Changes {
    /// The name of the connection, for people: one line, or empty.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// Whose product the provider is; `generic` when absent at creation.
    identity_provider: Option<IdentityProvider>,
    /// The entity ID of the provider, as in its metadata.
    #[schemars(with = "Option<Identifier>")]
    idp_entity_id: Option<String>,
    /// Where people are sent to log in at the provider (https).
    #[schemars(with = "Option<Address>")]
    idp_sso_url: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "attribute_mapping::schema")]
    attribute_mapping: Option<Map<String, Value>>,
    /// A certificate of the provider: PEM, or base64 without anything around it. It is added to those that there are,
    /// of which there are at most 5.
    #[schemars(with = "Option<CertificatePem>")]
    x509_certificate: Option<String>,
    /// Roles for everyone who logs in by the connection. They replace the list that is there.
    #[schemars(length(max = role_assignments::MOST))]
    saml_connection_implicit_role_assignments: Option<Vec<ConnectionRoleAssignment>>,
    /// Roles for people of a group at the provider; it needs `groups` in `attribute_mapping`. They replace the list
    /// that is there.
    #[schemars(length(max = role_assignments::MOST))]
    saml_group_implicit_role_assignments: Option<Vec<GroupRoleAssignment>>,
    /// Another audience that the provider's responses may name, for connections that moved here. Empty for none.
    #[schemars(with = "Option<Identifier>")]
    alternative_audience_uri: Option<String>,
    /// Where the identity provider is told to answer, instead of to us. Whoever is there hands it on.
    #[schemars(with = "Option<Address>")]
    alternative_acs_url: Option<String>,
    /// The form of NameID that the provider is asked for. Addresses of email when empty.
    #[schemars(with = "Option<NameIdFormat>")]
    nameid_format: Option<String>,
    /// Whether only logins that were begun at the app are taken, and none that the provider begins.
    idp_initiated_auth_disabled: Option<bool>,
    /// It is kept, and means nothing.
    allow_gateway_callback: Option<bool>,
    /// The key that is to sign our requests, as PEM (PKCS#1, or PKCS#8). It gets a new certificate.
    #[schemars(with = "Option<PrivateKeyPem>")]
    pub(super) signing_private_key: Option<Secret>,
    /// A key that the identity provider may encrypt for, as PEM (PKCS#1, or PKCS#8). It is added to those that there
    /// are, of which there are at most 5.
    #[schemars(with = "Option<PrivateKeyPem>")]
    pub(super) saml_encryption_private_key: Option<Secret>,
    /// Whether signatures made with SHA-1, which is broken, are taken; `false` unless set. An addition of ours.
    allow_sha1: Option<bool>,
    /// Whether keys that were encrypted with RSA 1.5, which is broken, are taken; `false` unless set. An addition of
    /// ours.
    allow_rsa_1_5: Option<bool>,
    /// Whether assertions that were encrypted with 3DES, which is old, are taken; `false` unless set. An addition of
    /// ours.
    allow_triple_des: Option<bool>,
    /// Seconds by which the identity provider's clock may be wrong. An addition of ours.
    #[schemars(range(min = *SKEW.start(), max = *SKEW.end()))]
    clock_skew_seconds: Option<i64>,
    /// Whether nobody logs in by the connection until a test login on the setup pages has shown that it works, and it was
    /// activated there; `false` activates it without one. An addition of ours.
    awaits_test_login: Option<bool>,
}

/// What can be wrong with them, besides what is wrong with keys and mappings.
pub(super) const CHANGES: &[ApiError] = &[
    ApiError::InvalidArgument,
    ApiError::InvalidDisplayName,
    ApiError::InvalidSsoIdp,
    ApiError::InvalidX509Certificate,
    ApiError::TooManySsoVerificationCertificates,
    ApiError::TooManyEncryptionCertificates,
    ApiError::SamlConnectionIdpSsoUrlInvalid,
    ApiError::SamlConnectionIdpSsoUrlNotHttps,
    ApiError::InvalidRbacRoleAssignment,
];

/// The keys of a request, once they are read.
pub(super) struct Keys {
    pub(super) signing: Option<OwnKey>,
    pub(super) encryption: Option<OwnKey>,
}

/// The settings of a SAML connection.
///
/// # Errors
/// `saml_connection_not_found` when it is another kind of connection.
pub(super) fn settings(connection: &mut Connection) -> Result<&mut Saml> {
    match &mut connection.settings {
        Settings::Saml(saml) => Ok(saml),
        Settings::Oidc(_) | Settings::External(_) => Err(ApiError::SamlConnectionNotFound.into()),
    }
}

impl Changes {
    /// Makes the changes; the id of the key for encrypting that was set.
    ///
    /// # Errors
    /// [`CHANGES`] and those of mappings.
    pub(super) fn apply(&self, cx: &Cx, keys: &Keys, connection: &mut Connection) -> Result<Option<String>> {
        set(&mut connection.display_name, names::display_name(self.display_name.as_deref())?);
        let mut secrets = connection.secrets.clone();
        let saml = settings(connection)?;
        self.apply_names(cx, saml)?;
        self.apply_switches(saml)?;
        if let Some(mapping) = &self.attribute_mapping {
            saml.attribute_mapping = attribute_mapping::read(mapping)?;
        }
        let (of_all, of_groups) =
            (&self.saml_connection_implicit_role_assignments, &self.saml_group_implicit_role_assignments);
        saml.connection_roles = role_assignments::of_all(&saml.connection_roles, of_all.as_deref())?;
        saml.group_roles = role_assignments::of_groups(&saml.group_roles, of_groups.as_deref())?;
        attribute_mapping::check_saml(&saml.attribute_mapping, !saml.group_roles.is_empty())?;
        if let Some(text) = self.x509_certificate.as_deref().filter(|text| !text.trim().is_empty()) {
            certificates::add(saml, cx, &certificates::read(text)?)?;
        }
        if let Some(key) = &keys.signing {
            keys::sign_with(saml, &mut secrets, cx, key);
        }
        let new_key = match &keys.encryption {
            Some(key) => Some(keys::decrypt_with(saml, &mut secrets, cx, key)?),
            None => None,
        };
        connection.secrets = secrets;
        Ok(new_key)
    }

    fn apply_names(&self, cx: &Cx, saml: &mut Saml) -> Result<()> {
        set(&mut saml.identity_provider, self.identity_provider.map(|word| word.as_str().to_owned()));
        set(&mut saml.idp_entity_id, names::identifier("idp_entity_id", self.idp_entity_id.as_deref())?);
        if let Some(url) = self.idp_sso_url.as_deref().map(str::trim).filter(|url| *url != saml.idp_sso_url) {
            check_sso_url(cx, url)?;
            saml.idp_sso_url = url.to_owned();
            saml.idp_sso_binding = REDIRECT.to_owned();
        }
        let audience = names::identifier("alternative_audience_uri", self.alternative_audience_uri.as_deref())?;
        set(&mut saml.alternative_audience_uri, audience);
        if let Some(url) = self.alternative_acs_url.as_deref().map(str::trim) {
            let refused =
                |why: BadUrl| ApiError::InvalidArgument.because(format!("alternative_acs_url cannot be used: {why}."));
            if !url.is_empty() {
                addresses::check(cx, url).map_err(refused)?;
            }
            saml.alternative_acs_url = url.to_owned();
        }
        match self.nameid_format.as_deref().map(str::trim) {
            Some("") => saml.nameid_format = saml::EMAIL_ADDRESS_FORMAT.to_owned(),
            Some(format) if NameIdFormat::fits(format) && format.bytes().all(|byte| byte.is_ascii_graphic()) => {
                saml.nameid_format = format.to_owned();
            }
            Some(_) => {
                return Err(ApiError::InvalidArgument.because("nameid_format is a URI of at most 256 characters."));
            }
            None => (),
        }
        Ok(())
    }

    fn apply_switches(&self, saml: &mut Saml) -> Result<()> {
        if self.clock_skew_seconds.is_some_and(|seconds| !SKEW.contains(&seconds)) {
            let message = format!("clock_skew_seconds is {} to {}.", SKEW.start(), SKEW.end());
            return Err(ApiError::InvalidArgument.because(message));
        }
        set(&mut saml.clock_skew_seconds, self.clock_skew_seconds);
        set(&mut saml.awaits_test_login, self.awaits_test_login);
        set(&mut saml.idp_initiated_auth_disabled, self.idp_initiated_auth_disabled);
        set(&mut saml.allow_gateway_callback, self.allow_gateway_callback);
        set(&mut saml.allow_sha1, self.allow_sha1);
        set(&mut saml.allow_rsa_1_5, self.allow_rsa_1_5);
        set(&mut saml.allow_triple_des, self.allow_triple_des);
        Ok(())
    }
}

/// Checks where requests for logins go; nowhere is taken too.
///
/// # Errors
/// `saml_connection_idp_sso_url_not_https`, `saml_connection_idp_sso_url_invalid_format`.
pub(super) fn check_sso_url(cx: &Cx, url: &str) -> Result<()> {
    match addresses::check(cx, url) {
        Ok(()) => Ok(()),
        Err(_) if url.is_empty() => Ok(()),
        Err(BadUrl::NotSecure) => Err(ApiError::SamlConnectionIdpSsoUrlNotHttps.into()),
        Err(why) => {
            Err(ApiError::SamlConnectionIdpSsoUrlInvalid.because(format!("idp_sso_url cannot be used: {why}.")))
        }
    }
}
