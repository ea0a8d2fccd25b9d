use super::SamlConnection;
use super::changes::{self, CHANGES, Changes};
use super::keys::{self, PRIVATE_KEY};
use super::metadata::METADATA;
use super::operations::{self, Source, find};
use crate::actor::Actor;
use crate::organizations::OrganizationRef;
use crate::sso::connections::identity_provider::{self, IdentityProvider};
use crate::sso::connections::names::{self, Address, DisplayName};
use crate::sso::connections::{Connection, Settings, attribute_mapping, operations as connections};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{Error, Result};
use foundation::rbac::resource::SSO;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(in crate::sso::connections) fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        update::endpoint(),
        update_by_url::endpoint(),
        delete_verification_certificate::endpoint(),
        delete_encryption_private_key::endpoint(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct SamlResponse {
    /// The connection as it is now.
    connection: SamlConnection,
}

impl SamlResponse {
    /// The connection; the key with this id is shown, for it was just set.
    fn of(cx: &Cx, connection: &Connection, new_key: Option<&str>) -> Result<Self> {
        match &connection.settings {
            Settings::Saml(saml) => Ok(Self { connection: SamlConnection::of(cx, connection, saml, new_key) }),
            Settings::Oidc(_) | Settings::External(_) => Err(Error::internal("this is no SAML connection")),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Create {
    organization_id: OrganizationRef,
    /// The name of the connection, for people: one line, or empty.
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
    /// Whose product the provider is; `generic` when absent.
    identity_provider: Option<IdentityProvider>,
}

/// Create a SAML connection.
///
/// It has a key that signs requests. Nobody logs in by it until an update has said who the identity provider is.
#[endpoint(
    "sso_saml.create_connection",
    POST "/v1/b2b/sso/saml/{organization_id}",
    browser POST "/sdk/v1/b2b/sso/saml" takes(display_name, identity_provider),
    requires(SSO, "create"),
    errors(OrganizationNotFound, InvalidDisplayName, InvalidSsoIdp, TooManySsoConnections)
)]
async fn create(cx: Call<Actor>, input: Create) -> Result<SamlResponse> {
    let display_name = names::display_name(input.display_name.as_deref())?.unwrap_or_default();
    let product = identity_provider::word(input.identity_provider);
    let connection = operations::create(&cx.context(), input.organization_id, display_name, product, false).await?;
    SamlResponse::of(&cx, &connection, None)
}

#[derive(Deserialize, JsonSchema)]
struct Update {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
    #[serde(flatten)]
    changes: Changes,
}

/// Update a SAML connection.
///
/// What is absent stays as it is, and an empty text takes away what there was. Certificates and keys are added. The connection
/// becomes active by itself once there is an entity ID, an address for logins, an attribute mapping and a certificate. Whoever
/// becomes a member by another identity provider's word is another person: sessions that were begun before the entity ID
/// changed end.
#[endpoint(
    "sso_saml.update_connection",
    PUT "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}",
    browser PUT "/sdk/v1/b2b/sso/saml/{connection_id}" takes(
        connection_id, idp_entity_id, display_name, attribute_mapping, idp_sso_url, x509_certificate,
        saml_connection_implicit_role_assignments, saml_group_implicit_role_assignments, identity_provider,
        signing_private_key, saml_encryption_private_key
    ),
    requires(SSO, "update"),
    errors(OrganizationNotFound, SamlConnectionNotFound, ..CHANGES, ..PRIVATE_KEY, ..attribute_mapping::SAML)
)]
async fn update(cx: Call<Actor>, input: Update) -> Result<SamlResponse> {
    let Update { organization_id, connection_id, changes } = input;
    let (connection, new_key) = operations::update(&cx.context(), organization_id, connection_id, changes).await?;
    SamlResponse::of(&cx, &connection, new_key.as_deref())
}

#[derive(Deserialize, JsonSchema)]
struct UpdateByUrl {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
    /// Where the provider's metadata is (https). It is read now, and not again by itself.
    #[schemars(with = "Address")]
    metadata_url: String,
}

/// Update a SAML connection by the identity provider's metadata.
///
/// Takes over the entity ID, where logins go, and the certificates, which take the place of those that there were. The
/// attribute mapping stays.
#[endpoint(
    "sso_saml.update_by_url",
    PUT "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}/url",
    browser PUT "/sdk/v1/b2b/sso/saml/{connection_id}/url" takes(connection_id, metadata_url),
    requires(SSO, "update"),
    errors(OrganizationNotFound, SamlConnectionNotFound, ..METADATA)
)]
async fn update_by_url(cx: Call<Actor>, input: UpdateByUrl) -> Result<SamlResponse> {
    let UpdateByUrl { organization_id, connection_id, metadata_url } = input;
    let source = Source::Url(metadata_url);
    let connection = operations::take_metadata(&cx.context(), organization_id, connection_id, source).await?;
    SamlResponse::of(&cx, &connection, None)
}

#[derive(Deserialize, JsonSchema)]
struct CertificateById {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
    /// The id of a certificate that the provider signs with.
    certificate_id: String,
}

#[derive(Serialize, JsonSchema)]
struct CertificateDeleted {
    /// The certificate that is gone.
    certificate_id: String,
}

/// Delete a verification certificate of a SAML connection.
///
/// What it has signed is accepted no more. The last one of an active connection stays.
#[endpoint(
    "sso_saml.delete_verification_certificate",
    DELETE "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}/verification_certificates/{certificate_id}",
    browser DELETE "/sdk/v1/b2b/sso/saml/{connection_id}/verification_certificates/{certificate_id}",
    requires(SSO, "update"),
    errors(OrganizationNotFound, SamlConnectionNotFound, SsoVerificationKeyNotFound, CannotDeleteLastSsoVerificationKey)
)]
fn delete_verification_certificate(
    tx: &mut Tx,
    cx: &Call<Actor>,
    input: CertificateById,
) -> Result<CertificateDeleted> {
    operations::remove_certificate(tx, cx, &input.organization_id, &input.connection_id, &input.certificate_id)?;
    Ok(CertificateDeleted { certificate_id: input.certificate_id })
}

#[derive(Deserialize, JsonSchema)]
struct KeyById {
    organization_id: OrganizationRef,
    /// The id of the SSO connection.
    connection_id: String,
    /// The id of a key that the provider encrypts for.
    private_key_id: String,
}

#[derive(Serialize, JsonSchema)]
struct KeyDeleted {
    /// The key that is gone.
    private_key_id: String,
}

/// Delete an encryption key of a SAML connection.
///
/// What is encrypted for it can be read no more.
#[endpoint(
    "sso_saml.delete_encryption_private_key",
    DELETE "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}/encryption_private_keys/{private_key_id}",
    browser DELETE "/sdk/v1/b2b/sso/saml/{connection_id}/encryption_private_key/{private_key_id}",
    browser DELETE "/sdk/v1/b2b/sso/saml/{connection_id}/encryption_private_keys/{private_key_id}",
    requires(SSO, "update"),
    errors(OrganizationNotFound, SamlConnectionNotFound, SsoEncryptionPrivateKeyNotFound)
)]
fn delete_encryption_private_key(tx: &mut Tx, cx: &Call<Actor>, input: KeyById) -> Result<KeyDeleted> {
    let (organization, before) = find(tx, cx, &input.organization_id, &input.connection_id)?;
    let mut connection = before.clone();
    let mut secrets = connection.secrets.clone();
    keys::remove(changes::settings(&mut connection)?, &mut secrets, &input.private_key_id)?;
    connection.secrets = secrets;
    connections::save(tx, cx, organization, &before, &mut connection)?;
    Ok(KeyDeleted { private_key_id: input.private_key_id })
}
