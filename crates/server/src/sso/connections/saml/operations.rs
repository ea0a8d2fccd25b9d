//! What is done with SAML connections from more than one door.

use super::changes::{self, Changes, Keys};
use super::metadata;
use super::{Saml, certificates, keys};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::sso::connections::{Connection, Kind, Secrets, Settings, operations, role_assignments};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::stored::Stored;
use std::sync::Arc;

/// The organization and its SAML connection.
///
/// # Errors
/// `organization_not_found`, `saml_connection_not_found`.
pub(super) fn find(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationRef,
    id: &str,
) -> Result<(Organization, Connection)> {
    operations::find_of_kind(tx, cx, organization, id, Kind::Saml, ApiError::SamlConnectionNotFound)
}

/// Creates a connection, with a key of its own that signs requests.
///
/// # Errors
/// `organization_not_found`, `too_many_sso_connections`.
pub(crate) async fn create(
    cx: &Arc<Cx>,
    organization: OrganizationRef,
    display_name: String,
    identity_provider: String,
    awaits_test_login: bool,
) -> Result<Connection> {
    let (cx_, reference) = (cx.clone(), organization.clone());
    // Nobody has a key made for nothing.
    cx.read(move |tx| operations::require_room(&organizations::find_for(tx, &cx_, &reference)?)).await?;
    let key = keys::generate(cx).await?;
    let cx_ = cx.clone();
    cx.write(move |tx| {
        let organization = organizations::find_for(tx, &cx_, &organization)?;
        let identity_provider = identity_provider.clone();
        let mut saml = Saml { identity_provider, awaits_test_login, ..Saml::default() };
        let mut secrets = Secrets::default();
        keys::sign_with(&mut saml, &mut secrets, &cx_, &key);
        let settings = Settings::Saml(Stored::new(saml));
        let connection = Connection::new(&cx_, &organization.organization_id, display_name.clone(), settings, secrets);
        operations::create(tx, &cx_, organization, &connection)?;
        Ok(connection)
    })
    .await
}

/// Changes a connection; with the id of the key for encrypting that was set.
///
/// # Errors
/// `organization_not_found`, `saml_connection_not_found`, and those of the changes.
pub(crate) async fn update(
    cx: &Arc<Cx>,
    organization: OrganizationRef,
    connection_id: String,
    changes: Changes,
) -> Result<(Connection, Option<String>)> {
    let keys = Keys {
        signing: keys::read(cx, changes.signing_private_key.as_ref()).await?,
        encryption: keys::read(cx, changes.saml_encryption_private_key.as_ref()).await?,
    };
    let cx_ = cx.clone();
    cx.write(move |tx| {
        let (organization, before) = find(tx, &cx_, &organization, &connection_id)?;
        let mut connection = before.clone();
        let new_key = changes.apply(&cx_, &keys, &mut connection)?;
        role_assignments::check(tx, &cx_, &organization, Some(&before), &connection)?;
        operations::save(tx, &cx_, organization, &before, &mut connection)?;
        Ok((connection, new_key))
    })
    .await
}

/// Where the metadata of an identity provider is.
pub(crate) enum Source {
    /// At this address.
    Url(String),
    /// Here.
    Document(String),
}

/// Takes over what an identity provider says of itself.
///
/// # Errors
/// `organization_not_found`, `saml_connection_not_found`, and those of metadata.
pub(crate) async fn take_metadata(
    cx: &Arc<Cx>,
    organization: OrganizationRef,
    connection_id: String,
    source: Source,
) -> Result<Connection> {
    let (cx_, asked) = (cx.clone(), (organization.clone(), connection_id.clone()));
    // Nobody has us ask others for nothing.
    cx.read(move |tx| find(tx, &cx_, &asked.0, &asked.1).map(drop)).await?;
    let metadata = match source {
        Source::Url(url) => metadata::fetch(cx, url.trim()).await?,
        Source::Document(document) => metadata::read(cx, document.trim().as_bytes())?,
    };
    let cx_ = cx.clone();
    cx.write(move |tx| {
        let (organization, before) = find(tx, &cx_, &organization, &connection_id)?;
        let mut connection = before.clone();
        metadata::take_over(changes::settings(&mut connection)?, &cx_, &metadata)?;
        operations::save(tx, &cx_, organization, &before, &mut connection)?;
        Ok(connection)
    })
    .await
}

/// Takes a certificate away that the identity provider signed with.
///
/// # Errors
/// `organization_not_found`, `saml_connection_not_found`, and those of certificates.
pub(crate) fn remove_certificate(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationRef,
    connection_id: &str,
    certificate_id: &str,
) -> Result<()> {
    let (organization, before) = find(tx, cx, organization, connection_id)?;
    let mut connection = before.clone();
    certificates::remove(changes::settings(&mut connection)?, certificate_id)?;
    operations::save(tx, cx, organization, &before, &mut connection)
}
